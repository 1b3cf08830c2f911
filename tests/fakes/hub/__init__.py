"""A Hugging Face Hub on loopback: repositories, large files, pull requests and their faults."""
