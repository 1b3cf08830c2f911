"""Where results are kept: Parquet shards are the truth, DuckDB is their catalogue."""
