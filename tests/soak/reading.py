"""Mutated articles: each is read as an Article that holds together, or is `Unreadable`."""

from __future__ import annotations

import random
import re
import resource
import signal
import time

from lxml import etree

from extractors.jats import Unreadable, coverage, read, read_front
from extractors.jats.markup import ROLES
from tests.bench import Missing, real_articles
from tests.extractors.jats.samples import cite, jats

SLOWEST = 20.0  # seconds an article may take before it counts as a hang
MOST_MEMORY = 1_500_000  # kB at the peak of the whole run
_OWN = jats(
    f"<sec><title>Case</title><p>A man [{cite()}] of <bold>40</bold>.</p><list><list-item><p>x</p>"
    "</list-item></list><fig><caption><p>F</p></caption></fig></sec>",
    '<article-id pub-id-type="pmcid">PMC9000000001</article-id>',
)
_TAGS = sorted(str(tag) for tag in ROLES if isinstance(tag, str))
_TEXTS = [*"[](),–", " . ", "\u200b", "\u00a0", "\u0085", "12", "et al.", "; " * 40, cite()]
_TEXTS += [
    "(" * 300,
    "A. " * 2000,
    "[1" * 500,
    " ," * 3000,
    "Lee et al., " * 400,
    "x" * 100_000,
    "9" * 9000,
    "1a" * 500,
]
_MARKUP = [b"<p>", b"</p>", b"<", b">", b"&", b"&lt;", b"]]>", b"<![CDATA[", b"<!--", b"\x00"]
_MARKUP += [
    b"<!DOCTYPE x>",
    b"<sec>",
    b"</sec></body>",
    b"&nbsp;",
    b"&#0;",
    b"&#x10FFFF;",
    b"<?x",
    b"\xff",
]


def run(seed: int, seconds: float) -> str:
    """Mutate and read until the time is over."""
    chance = random.Random(seed)
    signal.signal(signal.SIGALRM, _too_slow)
    try:
        originals = [path.read_bytes() for path in real_articles()]
    except Missing:
        originals = [_OWN]
    end = time.monotonic() + seconds
    counts = {"read": 0, "unreadable": 0}
    slowest = 0.0
    while time.monotonic() < end:
        xml = chance.choice([_bytes, _tree])(chance.choice(originals), chance)
        start = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, SLOWEST)
        counts["read" if _holds_together(xml) else "unreadable"] += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        slowest = max(slowest, time.monotonic() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if peak > MOST_MEMORY:
        raise AssertionError(f"the peak of memory was {peak} kB")
    return (
        f"{counts['read']} mutated articles read, {counts['unreadable']} unreadable, "
        f"slowest {slowest:.2f} s, peak {peak // 1024} MB"
    )


def _too_slow(_signal: int, _frame: object) -> None:
    raise AssertionError(f"an article took more than {SLOWEST:.0f} s")


def _holds_together(xml: bytes) -> bool:
    for reader in (read_front, coverage):
        try:
            reader(xml)
        except Unreadable as error:
            _check_sentence(error)
    try:
        found = read(xml)
    except Unreadable as error:
        _check_sentence(error)
        return False
    blocks = [found.text[p.start : p.end] for p in found.paragraphs]
    if "\n\n".join(blocks) != found.text or not all(blocks):
        raise AssertionError("the paragraphs do not make up the text")
    if residue := re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]|  ", found.text):
        raise AssertionError(f"the text holds {residue.group()!r}")
    for section in found.sections:
        if not 0 <= section.start < section.end <= len(found.text):
            raise AssertionError("a section lies outside of the text")
    return True


def _check_sentence(error: Unreadable) -> None:
    if not str(error) or "\n" in str(error) or len(str(error)) > 400:
        raise AssertionError(f"no clear sentence: {str(error)!r}")


def _bytes(xml: bytes, chance: random.Random) -> bytes:
    """A few random edits that know nothing of markup."""
    for _ in range(chance.randint(1, 4)):
        at, to = sorted(chance.randrange(len(xml) + 1) for _ in range(2))
        to = min(to, at + chance.choice((1, 10, 1000, len(xml))))
        xml = chance.choice(
            (
                xml[:at] + xml[to:],
                xml[:to] + xml[at:to] + xml[to:],
                xml[:at] + chance.choice(_MARKUP) + xml[at:],
                xml[:at] + chance.randbytes(3) + xml[at + 3 :],
                xml[:at] + xml[at:to].swapcase() + xml[to:],
            )
        )
    return xml


def _tree(xml: bytes, chance: random.Random) -> bytes:
    """Edits that leave the file well-formed: other tags, moved and doubled parts, odd texts."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return _bytes(xml, chance)
    elements = [one for one in root.iter() if isinstance(one.tag, str)]
    for _ in range(chance.choice((1, 5, 50, 500))):
        one, other = chance.choice(elements), chance.choice(elements)
        edit = chance.randrange(5)
        if edit == 0:
            one.tag = chance.choice(_TAGS)
        elif edit == 1:
            one.text = chance.choice(_TEXTS)
        elif edit == 2:
            one.tail = chance.choice(_TEXTS)
        elif edit == 3 and one is not root and other not in one.iter():
            other.append(one)
        elif edit == 4 and one.attrib:
            one.set(chance.choice(list(one.attrib)), chance.choice(("bibr", "case", "", "pmc")))
    return etree.tostring(root)
