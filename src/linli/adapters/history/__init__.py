"""History: readings kept for good, as Parquet segments on disk, read by DuckDB."""
