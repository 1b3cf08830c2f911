"""Splits of any dataset, made again with a receipt; no warehouse, no server, no key."""
