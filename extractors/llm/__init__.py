"""The one way to language models: kept for ever, limited, paid within a budget."""
