"""Payloads of small devices, described as catalogue data: bytes or JSON to readings, and back."""
