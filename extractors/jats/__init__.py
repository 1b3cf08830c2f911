"""JATS XML to Article: clean text with sections and offsets, and the facts beside it."""

from extractors.jats.parse import Unreadable
from extractors.jats.reader import read, read_front

__all__ = ["Unreadable", "read", "read_front"]
