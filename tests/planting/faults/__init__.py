"""The kinds of faults, by what they spoil."""

from __future__ import annotations
