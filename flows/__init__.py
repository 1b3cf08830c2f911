"""What runs, in which order, and where results are kept."""
