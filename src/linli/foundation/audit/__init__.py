"""Audit: who looked, who changed, who was refused; sealed, so that nobody can unsay it."""
