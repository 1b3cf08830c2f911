"""Quotes and prompts become character spans of the article."""

from extractors.grounding.ground import ground as ground
