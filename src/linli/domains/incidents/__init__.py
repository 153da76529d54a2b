"""Incidents: what is written down about people while one lasts, and destroyed after it."""
