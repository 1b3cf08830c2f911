"""The audit of a dataset that anybody made: rows in, a report out."""
