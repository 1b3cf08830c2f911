"""An OpenAI-compatible server on loopback whose answers are read off the articles it is shown."""
