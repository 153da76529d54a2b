"""Consent: what a person agreed to and withdrew, what he asks of us, and what we must answer."""
