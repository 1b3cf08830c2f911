"""Quotes and prompts become character spans of the article."""
