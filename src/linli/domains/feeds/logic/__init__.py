"""Rules of the feeds: pure."""
