"""What things are: articles, cases, rejects, runs and settings. No input or output here."""
