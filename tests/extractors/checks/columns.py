"""A case and an article that hold only some of the published columns, as an audit has them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from schemas.article import Article, Ids, Span
from schemas.case import Case, Extractor, Scores, Statement

OF_ARTICLE = ("text", "title", "abstract", "licence", "retracted")
OF_CASE = (
    "case_prompt",
    "final_diagnosis",
    "final_diagnosis_aliases",
    "final_diagnosis_parent",
    "breakpoint",
    "prompt_spans",
)
EMPTY_ARTICLE = Article(Ids(), "", None, "", "", "", (), ())
EMPTY_CASE = Case("", "", (), "", (), None, (), 0, Extractor("rules"), Scores())
OTHER_TEXT = "Zzyzx ambled 31415 yonder. No quokka was there."
OTHER_ARTICLE = replace(
    EMPTY_ARTICLE,
    title=OTHER_TEXT,
    abstract=OTHER_TEXT,
    text=OTHER_TEXT,
    language="tlh",
    article_type="editorial",
    licence="CC BY-ND",
    retracted=True,
)
OTHER_STATEMENT = Statement("zz", "zz yy", (Span(9, 1),), "fuzzy", "excludes", "zz", True)
OTHER_CASE = Case(
    "PMC9000000001",
    OTHER_TEXT,
    (Span(9, 1),),
    "_",
    ("zz",),
    "_",
    (),
    -7,
    Extractor("llm"),
    Scores(),
)


def only(
    columns: Collection[str],
    case: Case,
    article: Article,
    rest: tuple[Case, Article] = (EMPTY_CASE, EMPTY_ARTICLE),
) -> tuple[Case, Article]:
    """The case and article with these columns of their own, and all else from `rest`.

    Without a breakpoint all of the text is taken to lie before it.
    """
    of_case = {name: getattr(case, name) for name in OF_CASE if name in columns}
    of_article = {name: getattr(article, name) for name in OF_ARTICLE if name in columns}
    if "breakpoint" not in columns and rest[0] is EMPTY_CASE:
        of_case["breakpoint"] = len(of_article.get("text", ""))
    if "statements" in columns:
        of_case["statements"] = case.statements
    elif "diagnostic_reasoning" in columns:
        of_case["statements"] = tuple(
            Statement(item.claim, item.quote, (), "exact", "supports", "", False)
            for item in case.statements
        )
    return replace(rest[0], **of_case), replace(rest[1], **of_article)
