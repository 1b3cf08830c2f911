"""What needs many cases at once: near-duplicates, contamination, audits."""
