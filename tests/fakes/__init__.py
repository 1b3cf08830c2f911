"""Servers on loopback that behave as PMC, E-utilities, Europe PMC, language models and the Hub do.

`python -m tests.fakes` starts those of PMC for a person, `--models` the language models, `--hub`
the Hub; for a test do so `running_fakes`, `running_models` and `running_hub` of
`tests.fakes.running`.
"""
