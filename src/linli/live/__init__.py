"""Ingest coroutines and live sockets: the half of the system that never waits for a table."""
