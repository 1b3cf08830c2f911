"""Quality gates, one file each."""
