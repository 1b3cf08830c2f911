"""Splits of a dataset: what is asked of them, how cases are placed, the ledger that keeps it."""

from extractors.corpus.splits.demand import TEST, Demand
from extractors.corpus.splits.errors import CannotSplit
from extractors.corpus.splits.ledger import assign
from extractors.corpus.splits.needs import Needs
from extractors.corpus.splits.place import Placement, place
from extractors.corpus.splits.report import report
from extractors.corpus.splits.sizes import Sizes

__all__ = [
    "TEST",
    "CannotSplit",
    "Demand",
    "Needs",
    "Placement",
    "Sizes",
    "assign",
    "place",
    "report",
]
