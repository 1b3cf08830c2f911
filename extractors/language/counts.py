"""Counts in what a reject says are words that agree with their noun."""

from __future__ import annotations


def counted(number: int, one: str, many: str) -> str:
    """`no other diagnosis is`, `1 other diagnosis is`, `2 other diagnoses are`."""
    if number > 1:
        return f"{number} {many}"
    return f"{number or 'no'} {one}"
