"""Encrypted copies of an installation, and how one is made from a copy again."""
