"""Datasets that anybody made: where they lie, and what their rows say."""

from extractors.datasets.errors import UnreadableSource
from extractors.datasets.places import Part, Place, find_dataset
from extractors.datasets.tables import batches, columns

__all__ = ["Part", "Place", "UnreadableSource", "batches", "columns", "find_dataset"]
