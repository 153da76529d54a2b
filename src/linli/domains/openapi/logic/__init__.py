"""Rules of the open API: pure."""
