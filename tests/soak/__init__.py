"""Tests too long for the suite; each run has a seed that brings its failures back."""
