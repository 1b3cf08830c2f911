"""JATS XML becomes an Article: clean text with sections and offsets."""
