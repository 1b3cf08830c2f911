"""Word lists and phrases, one entry a line."""
