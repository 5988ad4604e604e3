"""Runnable measurements: `python -m benchmarks.<name>` prints a table and keeps it in benchmarks/tables/<name>.md."""
