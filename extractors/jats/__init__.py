"""JATS XML to Article: clean text with sections and offsets, and the facts beside it."""

from extractors.jats.accounts import Coverage, coverage
from extractors.jats.parse import Unreadable
from extractors.jats.reader import read, read_front

__all__ = ["Coverage", "Unreadable", "coverage", "read", "read_front"]
