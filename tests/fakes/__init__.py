"""Servers on loopback that behave as PMC, E-utilities, Europe PMC and the id converter do.

`python -m tests.fakes` starts them for a person; `tests.fakes.running.running_fakes` for a test.
"""
