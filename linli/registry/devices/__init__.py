"""Devices: what is installed where, its points, credentials, and what it was told to do."""
