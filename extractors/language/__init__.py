"""How English medical prose is read by rules: sentences, words, terms, abbreviations."""
