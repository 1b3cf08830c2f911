"""Sound cases with one fault planted in each, as sloppy people and models make them."""

from __future__ import annotations
