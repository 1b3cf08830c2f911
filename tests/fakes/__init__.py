"""Servers on loopback that behave as PMC, E-utilities, Europe PMC and language models do.

`python -m tests.fakes` starts those of PMC for a person, `--models` the language models; for a
test do so `running_fakes` and `running_models` of `tests.fakes.running`.
"""
