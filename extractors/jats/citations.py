"""Citations taken out of a sentence so that the sentence still reads as one.

While a block is gathered, each citation leaves a mark of characters that no XML can hold. Here the
marks go, together with whatever only held them: brackets, commas, ranges, and the names that stand
beside a year in brackets. A citation that is part of the sentence (`as Smith et al. showed`) keeps
its words and loses its year or number.
"""

from __future__ import annotations

import functools
import re

MARK = "\x01"
YEAR = "\x02"
_OPEN, _CLOSE = "\x03", "\x04"
_HIDE = str.maketrans("()[];", "\x05\x06\x07\x08\x0e")
_SHOW = str.maketrans("\x05\x06\x07\x08\x0e", "()[];")

_ONE_YEAR = r"(?:1[6-9]|20)\d\d[a-z]?"
_YEAR_TEXT = re.compile(
    rf"[(\[]?(?:{_ONE_YEAR}|in press|forthcoming|n\.d\.)(?:[,\s–-]+(?:{_ONE_YEAR}|[a-z]))*[)\]]?",
    re.I,
)
# Nothing here may go back over what it took: a citation can be as long as a page.
_WORDLESS = re.compile(
    r"(?>refs?\b|references?\b|and\b|to\b|[^\W\d_]?\d++(?:[^\W\d_](?![^\W\d_]))?|[\W_])*+", re.I
)
_NAME_YEAR = re.compile(
    rf"[\s,]*[\x05\x07]?\s*(?:{_ONE_YEAR}(?:[,\s]+(?:{_ONE_YEAR}|[a-z]\b))*"
    r"|\x07[\d\s,–-]+)\s*[\x06\x08]?$"
)


_LONGEST_YEAR = 60


@functools.lru_cache(maxsize=4096)
def mark_for(text: str) -> str:
    """What a citation that reads `text` leaves in the block."""
    text = text.strip()
    if not text or (len(text) < 4 and text.isdecimal()):
        return MARK
    if _YEAR_TEXT.fullmatch(text):
        return _with_odd_brackets(text, YEAR)
    if _WORDLESS.fullmatch(text):
        return _with_odd_brackets(text, MARK)
    return _named(text)


def _named(text: str) -> str:
    """A bracket whose other half stands outside of the citation stays between two marks."""
    for left, right in ("[]", "()"):
        before, bracket, behind = text.rpartition(left)
        if bracket and right not in behind:
            return f"{_words_of(before)} {left}{mark_for(behind)}".lstrip()
        before, bracket, behind = text.partition(right)
        if bracket and left not in before:
            return f"{mark_for(before)}{right}{_words_of(behind)}"
    return _words_of(text)


def _words_of(text: str) -> str:
    return f"{_OPEN}{text.translate(_HIDE)}{_CLOSE}" if text.strip() else ""


def _with_odd_brackets(text: str, mark: str) -> str:
    """A bracket whose other half stands outside of the citation must not vanish alone."""
    for left, right in ("[]", "()"):
        odd = text.count(left) - text.count(right)
        mark = left * odd + mark + right * -odd
    return mark


_HAS_MARK = re.compile("[\x01-\x03]")
_ONLY_MARKS = re.compile(r"(?:[\x01\x02\d\s,.;:–—‐‑−&*†‡§\[\]()-]|\band\b|\bto\b)+")


def is_only_marks(text: str) -> bool:
    """Whether a superscript holds nothing but citations."""
    return bool(_HAS_MARK.search(text) and _ONLY_MARKS.fullmatch(text))


_LEAD = (
    r"(?:see|also|e\.\s?g\.?|i\.\s?e\.?|eg|cf\.?|for|an?|in|by|of|on|and|or|from|as|the|to|with|"
    r"but|after|recent|reviews?|reviewed|refs?\.?|references?|reference|examples?|instance|"
    r"details|therein|reported|described|discussed|shown|data|adapted|modified|taken|reproduced|"
    r"cited|according|following|based|sensu|respectively)(?![^\W_])"
)
_CITATION = r"\x03[^\x04]*\x04|\x01|\x02"
_DASHES = "–—‐‑−-"
_PAGES = rf"pp?\.\s?\d+(?:[{_DASHES}]\d+)?"


def _numbers(joints: str) -> re.Pattern[str]:
    """Citations alone, with the numbers that one of these joins to them."""
    return re.compile(
        rf"(?>(?>(?i:{_LEAD})|(?<=\x01)(?:\s?[{joints}]\s?\d{{1,3}}(?!\.?\d))++|"
        rf"(?:\d{{1,3}}+\s?[{joints}]\s?)++(?=\x01)|{_CITATION}|{_PAGES}|[\s,&:/.*{_DASHES}])*+)"
    )


# A number of a list may lack its link; in round brackets only a range is sure to be such a list.
_NUMBERS = {"[": _numbers(f",{_DASHES}"), "(": _numbers(_DASHES)}
_LINKLESS = re.compile(rf"(?:\d{{1,3}}(?!\d)|[\s,{_DASHES}])*+")
_BETWEEN_LINKS = re.compile(rf"\x01(?:\s?[,;{_DASHES}]\s?\d{{1,3}}+)++\s?[,;{_DASHES}]\s?(?=\x01)")
_OF_NAMES = (
    r"et\b|al\b|in press|unpublished|(?:1[6-9]|20)\d\d[a-z]?\b|(?<=[\x02,]) ?[a-z]\b|"
    rf"[\s,&:./*{_DASHES}]"
)
_NAME = (
    r"de\b|del\b|da\b|di\b|du\b|la\b|le\b|van\b|von\b|der\b|den\b|ter\b|ten\b|el\b|bin\b|"
    r"(?:[dlDLO]['’])?[^\W\da-z_][\w'’-]*"
)
# A word with a capital is a name only where the year behind it lacks one.
_NAMES = re.compile(
    rf"(?>(?>(?i:{_LEAD})|{_CITATION}|{_OF_NAMES}|"
    rf"(?>{_NAME})(?>(?i:{_LEAD})|{_NAME}|{_OF_NAMES}|[()\[\]])*+\x02)*+)"
)
_SET_OFF = re.compile(
    r"(?<![\x01-\x04])(?:[,:]\s|\s(?=(?:e\.\s?g\b|see\b|cf\b)))"
    rf"(?>(?i:{_LEAD})[,.]?|\s){{0,12}}+(?>{_CITATION})(?>{_CITATION}|[\s,&]|and\b)*+\Z"
)
_NESTED = r"\([^()\[\]\x01-\x03]*+\)|\[[^()\[\]\x01-\x03]*+\]"
# A search for one letter is much faster than one for either of two.
_BRACKETS = tuple(
    re.compile(
        rf"({opening})((?>[^()\[\]\x01-\x03]++|{_NESTED})*+[\x01-\x03](?>[^()\[\]]++|{_NESTED})*+)([)\]])"
    )
    for opening in (r"\[", r"\(")
)
_BETWEEN_MARKS = f"{MARK}{YEAR} ,;–-"
_BETWEEN_PARTS = re.compile(r";(?![^\x03]*\x04)")


def has_citations(text: str) -> bool:
    """Whether a text holds marks of citations."""
    return MARK in text or YEAR in text or _OPEN in text


def remove_citations(text: str) -> str:
    """The text without its citation marks; it must be on one line with single spaces."""
    text = text.replace(f"[{MARK}]", MARK).replace(f"({MARK})", MARK)
    again = 1
    while again:
        again = 0
        for brackets in _BRACKETS:
            text, found = brackets.subn(_bracket, text)
            again += found
    return _outside(text)


def _bracket(match: re.Match[str]) -> str:
    opening, inner, closing = match.groups()
    if not inner.strip(_BETWEEN_MARKS):
        return MARK
    kept = []
    for part in _BETWEEN_PARTS.split(_BETWEEN_LINKS.sub(f"{MARK},", inner)):
        if not _HAS_MARK.search(part):
            kept.append("" if _belongs_to_citations(part, opening) else part.strip())
        elif not _is_citation(part, opening):
            told = _SET_OFF.sub("", part).rstrip()
            kept.append(_outside(f"{told};").strip(" ,;"))
    kept = [part for part in kept if part]
    return f"{opening}{'; '.join(kept)}{closing}" if kept else MARK


def _belongs_to_citations(part: str, opening: str) -> bool:
    """Whether a part without a link of its own only goes on with those beside it."""
    linkless = opening == "[" and _LINKLESS.fullmatch(part)
    return bool(linkless) or part.strip() == "respectively"


def _is_citation(part: str, opening: str) -> bool:
    if _NUMBERS[opening].fullmatch(part):
        return True
    return (YEAR in part or _OPEN in part) and bool(_NAMES.fullmatch(part))


_RUN = re.compile(r"\x01(?:(?:\s?(?:[,;/&–—‐‑−-]|and|to|or)\s?|\s?[,;] and |\s)?\x01)*")
_POINTER = re.compile(r",? (?:e\. ?g\.|see(?: also)?|cf\.?),?$", re.I)
_LONGEST_POINTER = 12
_TO_A_REFERENCE = re.compile(r"(?:^|(?<=[\s(\[]))refs?\.$", re.I)
_NAMED = re.compile(r"\x03([^\x04]*)\x04(\.?)")


def _outside(text: str) -> str:
    """The sentence without the marks that stand in it free of brackets."""
    if _OPEN in text:
        text = _NAMED.sub(_as_words, text)
    # From here on a year is a mark like any other.
    text = text.replace(YEAR, MARK)
    kept, at = [], 0
    for run in _RUN.finditer(text):
        before, behind = text[at : run.start()], text[run.end() : run.end() + 3]
        at = run.end()
        stem = before.rstrip()
        if stem.endswith(("f.", "fs.")):
            stem = _without_reference(stem)
        follower = behind.lstrip()[:1]
        if follower and follower in ",;.:)]":
            stem = _without_pointer(stem.rstrip(",;"))
            if stem.endswith(".") and follower == "." and ".." not in behind:
                at += behind.index(".") + 1
        elif follower and behind[0] != " " and (follower.isalnum() or follower in "([“‘"):
            opened = stem == before and (stem[-1:] in "([“‘-–—/")
            stem += "" if opened else " "
        kept.append(stem)
    kept.append(text[at:])
    return "".join(kept)


def _without_pointer(stem: str) -> str:
    pointer = _POINTER.search(stem, max(0, len(stem) - _LONGEST_POINTER))
    return stem[: pointer.start()] if pointer else stem


def _without_reference(stem: str) -> str:
    word = _TO_A_REFERENCE.search(stem, max(0, len(stem) - _LONGEST_POINTER))
    return stem[: word.start()].rstrip() if word else stem


def _as_words(match: re.Match[str]) -> str:
    text = match.group(1)
    head, tail = text[:-_LONGEST_YEAR], text[-_LONGEST_YEAR:]
    words = (head + _NAME_YEAR.sub("", tail) or text).translate(_SHOW)
    return words + ("" if words.endswith(".") else match.group(2))
