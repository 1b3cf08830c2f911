"""Small articles of our own, put together from a body and a front."""

from __future__ import annotations

from extractors.jats import read
from schemas.article import Article

SPACES = (
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML" '
    'xmlns:ali="http://www.niso.org/schemas/ali/1.0/"'
)


def jats(body: str = "", meta: str = "", *, kind: str = "case-report", back: str = "") -> bytes:
    """An article with this body and these parts of `article-meta`."""
    return (
        f'<article {SPACES} article-type="{kind}"><front><journal-meta/>'
        f"<article-meta>{meta}</article-meta></front><body>{body}</body>{back}</article>"
    ).encode()


def text_of(paragraph: str) -> str:
    """The text of one paragraph."""
    return read(jats(f"<p>{paragraph}</p>")).text


def front_of(meta: str, *, kind: str = "case-report") -> Article:
    """An article that is all front matter."""
    return read(jats(meta=meta, kind=kind))


def cite(number: str = "1") -> str:
    """A citation as most publishers tag it."""
    return f'<xref ref-type="bibr" rid="B{number}">{number}</xref>'
