"""Find case reports and fetch their XML and metadata."""
