"""Devices under management: who asks to come in, and what is done to many at once."""
