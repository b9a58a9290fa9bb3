"""The figures of a report once more, from the export's Parquet files and `docs/metrics.md` alone."""
