"""Scope: a row belongs to a community, and is read only in its name."""
