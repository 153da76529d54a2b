"""Causes: what made what, from a case back to the reading."""
