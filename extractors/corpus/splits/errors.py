"""What cannot be had from the cases that there are, with the numbers that say so."""

from __future__ import annotations


class CannotSplit(ValueError):
    """A demand on the splits that these cases do not allow; the message holds the numbers."""
