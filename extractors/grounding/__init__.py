"""Quotes and prompts become character spans of the article."""

from extractors.grounding.ground import ground as ground
from extractors.grounding.ground import rests_on_prompt as rests_on_prompt
from extractors.grounding.ground import ungrounded_parts as ungrounded_parts
