"""Formulas as plain text where a line of text can hold them."""

from __future__ import annotations

import re

from lxml import etree

from extractors.jats.markup import MATHML
from extractors.jats.spacing import squeeze

STAND_IN = "[formula]"
LONGEST_INLINE = 40

_ROWS = frozenset(
    ("math", "mrow", "mstyle", "mpadded", "semantics", "inline-formula", "alternatives")
)
_LEAVES = frozenset(("mi", "mn", "mo", "mtext", "ms"))
_PLAIN_MARKUP = frozenset(("italic", "bold", "sub", "roman", "sc", "named-content"))
_SKIPPED = frozenset(("annotation", "annotation-xml", "mspace", "graphic", "inline-graphic"))
_TEX_WRAPPING = re.compile(r"\\documentclass.*?\\begin\{document\}|\\end\{document\}", re.S)
_TEX_PLAIN = re.compile(r"[^\\{}^_&~]*")
# A charge, a prime or a star is written beside what it belongs to; all else is a power.
_SIGN_BESIDE = re.compile(r"(?:\d?[^\w\s()\[\]])?")


def inline_formula(element: etree._Element) -> str:
    """A short formula on one line as its text, any other as the token."""
    line = _line(element)
    if line is None and (tex := _tex(element)):
        line = tex if _TEX_PLAIN.fullmatch(tex) else None
    line = squeeze(line or "")
    return line if 0 < len(line) <= LONGEST_INLINE else STAND_IN


def display_formula(element: etree._Element) -> str:
    """A formula that stands by itself: its TeX if it has any, else all its symbols in order."""
    if tex := _tex(element):
        return squeeze(tex)
    return squeeze("".join(map(str, element.itertext(*_SYMBOLS))))


_SYMBOLS = tuple(f"{MATHML}{leaf}" for leaf in _LEAVES)


def _tex(element: etree._Element) -> str:
    tex = element if element.tag == "tex-math" else next(element.iter("tex-math"), None)
    if tex is None:
        return ""
    text = tex.text or ""
    if "\\begin{document}" in text:
        text = _TEX_WRAPPING.sub("", text)
    return text.strip().strip("$").strip()


def _line(element: etree._Element) -> str | None:
    """The formula as one line, or None where it has a second dimension."""
    name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    if name in _LEAVES:
        return element.text or ""
    if name in _SKIPPED or not name or name == "tex-math":
        return "" if name in _SKIPPED or not name else None
    if name in _ROWS or name in _PLAIN_MARKUP:
        return _row(element, name)
    if name == "sup":
        inner = _row(element, name)
        return inner if inner is None else _raised(inner)
    if name in ("msub", "msup") and len(element) == 2:
        base, script = _line(element[0]), _line(element[1])
        if base is None or script is None:
            return None
        return f"{base}{script if name == 'msub' else _raised(script)}"
    return None


def _raised(script: str) -> str:
    return script if _SIGN_BESIDE.fullmatch(script.strip()) else f"^{script}"


def _row(element: etree._Element, name: str) -> str | None:
    parts = [element.text or ""]
    for child in element:
        if name == "alternatives" and child.tag == "tex-math":
            continue
        line = _line(child)
        if line is None:
            return None
        parts += line, child.tail or ""
    return "".join(parts)
