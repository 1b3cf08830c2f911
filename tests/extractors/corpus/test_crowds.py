"""Thousands of rows of one text are no reason to compare each with each."""

from __future__ import annotations

from extractors.corpus.relatives import clusters, likeness, relatives

CROWD = 510


def test_a_crowd_of_one_text_is_one_cluster_found_by_neighbours() -> None:
    one = likeness("The wrist swelled after a fall. " * 5, "The wrist swelled.", "Gout")
    other = likeness("A boy of nine had a cough and fever. " * 5, "A boy coughed.", "Asthma")
    rows = [one] * CROWD + [other]
    found = relatives(rows, duplicate_similarity=0.7, related_similarity=0.3)
    assert len(found) < 11 * CROWD
    assert {pair.other for pair in found if pair.duplicate} == set(range(1, CROWD))
    named = {f"PMC{place + 1}": row for place, row in enumerate(rows)}
    assert set(clusters(named, 0.3).values()) == {"PMC1", f"PMC{CROWD + 1}"}
