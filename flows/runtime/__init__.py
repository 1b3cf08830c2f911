"""What a build runs on: worker processes, a Prefect server, and what a person sees meanwhile."""
