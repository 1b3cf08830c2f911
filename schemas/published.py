"""The published table: one list of columns from which schema, card and docs are derived."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from schemas.arrow import arrow_type
from schemas.article import Span, is_fictional
from schemas.case import Extractor, Statement, Verdict


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the published table and what it means."""

    name: str
    type: pa.DataType
    meaning: str


_TEXT, _INT, _FLAG = pa.string(), pa.int64(), pa.bool_()
_REVIEW = pa.struct([("reviewers", _INT), ("agreed", _INT), ("comment", _TEXT)])

REFERENCE_COLUMNS = (
    Column("Unnamed: 0", _INT, "the row's number, given once and never used again"),
    Column("pmcid", _TEXT, "the article's id in PubMed Central"),
    Column("title", _TEXT, "the article's title"),
    Column("journal", _TEXT, "the journal's title"),
    Column("article_link", _TEXT, "where the article can be read"),
    Column("publication_date", _TEXT, "electronic date if there is one, else print date"),
    Column("text", _TEXT, "the article's body; every offset counts its code points"),
    Column("case_prompt", _TEXT, "the case up to the working differential: the question"),
    Column("diagnostic_reasoning", _TEXT, "the authors' reasons as `N. claim—“quote”` lines"),
    Column("final_diagnosis", _TEXT, "the diagnosis the authors made: the answer"),
)

OWN_COLUMNS = (
    Column("pmcid_version", _INT, "PMC's version of the article"),
    Column("pmid", _INT, "the article's id in PubMed"),
    Column("doi", _TEXT, "the article's DOI"),
    Column("licence", _TEXT, "the article's licence, which this row inherits"),
    Column("citation", _TEXT, "how to attribute the article"),
    Column("xml_md5", _TEXT, "the md5 of the XML that the row was made from"),
    Column("first_seen", _TEXT, "when the source took the article in; null where it does not say"),
    Column("abstract", _TEXT, "the article's abstract; never grounds for a span"),
    Column("breakpoint", _INT, "offset in `text` of the first sentence withheld"),
    Column("final_diagnosis_aliases", pa.list_(_TEXT), "other names of the diagnosis"),
    Column("final_diagnosis_parent", _TEXT, "the broader entity, worth half the credit"),
    Column("statements", pa.list_(arrow_type(Statement)), "the reasons, each with its places"),
    Column("prompt_spans", pa.list_(arrow_type(Span)), "where the prompt's sentences stand"),
    Column("thoroughness", _INT, "how full the presentation is, 1 to 5"),
    Column("differential", _FLAG, "whether a judge found two or more alternatives weighed"),
    Column("integrative", _INT, "how far the answer rests on joining findings, 1 to 5"),
    Column("transparency", _INT, "how open the reasoning lies, 1 to 5"),
    Column("stated_diagnosis", _FLAG, "whether a final diagnosis is stated"),
    Column("imaging_dependent", _FLAG, "whether images are needed to answer"),
    Column("specialty", _TEXT, "the medical specialty"),
    Column("verdict", arrow_type(Verdict), "what a second model said of the row"),
    Column("cluster", _TEXT, "rows about the same patient or family share it, and a split"),
    Column("reviewed", _REVIEW, "what clinicians said; null until they did"),
    Column("year", _INT, "the year of publication"),
    Column("extractor", arrow_type(Extractor), "what drafted the row: rules, or model and prompt"),
    Column("build", _TEXT, "digest of the article and of the steps that made the row"),
)

COLUMNS = REFERENCE_COLUMNS + OWN_COLUMNS

_MESSAGE = pa.struct([("role", _TEXT), ("content", _TEXT)])
STATEMENT_COLUMNS = (
    Column("pmcid", _TEXT, "the case that the reason belongs to"),
    Column("position", _INT, "which of the case's reasons it is, from 1"),
    Column("claim", _TEXT, "the reason in a sentence"),
    Column("quote", _TEXT, "the article's words that carry it"),
    Column("spans", pa.list_(arrow_type(Span)), "where the words stand in the case's `text`"),
    Column("status", _TEXT, "how the words were found: exact, folded or fuzzy"),
    Column("bears", _TEXT, "whether the reason supports or excludes the diagnosis beside it"),
    Column("diagnosis", _TEXT, "the diagnosis that is weighed"),
    Column("in_prompt", _FLAG, "whether it rests on what the prompt shows"),
    Column("final_diagnosis", _TEXT, "the diagnosis the authors made"),
    Column("licence", _TEXT, "the article's licence, which this row inherits"),
)
SFT_COLUMNS = (
    Column("pmcid", _TEXT, "the case that the conversation is made of"),
    Column("messages", pa.list_(_MESSAGE), "the question, then reasons and diagnosis"),
    Column("licence", _TEXT, "the article's licence, which this row inherits"),
)


@dataclass(frozen=True, slots=True)
class Config:
    """One way to load the dataset: a folder of Parquet files with a file or more a split."""

    name: str
    folder: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of its files."""
        return pa.schema([pa.field(column.name, column.type) for column in self.columns])


DEFAULT = Config("default", "data", "every case", COLUMNS)
CONFIGS = (
    DEFAULT,
    Config("commercial", "commercial", "the cases under CC0, CC BY or CC BY-SA", COLUMNS),
    Config("statements", "statements", "one row a reason", STATEMENT_COLUMNS),
    Config("sft", "sft", "one conversation a case, to train chat models with", SFT_COLUMNS),
)
COMMERCIAL = ("CC0", "CC BY", "CC BY-SA")
CORE = "medcasereasoning_core"
PUBLISHED = DEFAULT.schema


def article_link(pmcid: str) -> str:
    """Where an article can be read; fictional ones are described beside the sample."""
    if is_fictional(pmcid):
        return f"data/sample/README.md#{pmcid.lower()}"
    return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{pmcid}/"
