"""Notices: words that people of a role read, and words spoken aloud in a place."""
