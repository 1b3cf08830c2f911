"""What anybody's dataset says is shown cut short, and cannot move a cursor or a line."""

from __future__ import annotations

LONGEST = 240


def short(text: str, most: int = LONGEST) -> str:
    """A text on one line, cut where it is long; nothing in it moves a cursor."""
    plain = "".join(char if char.isprintable() else " " for char in text[: 8 * most])
    plain = " ".join(plain.split())
    return plain if len(plain) <= most and len(text) <= 8 * most else f"{plain[: most - 2]} …"
