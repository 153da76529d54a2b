"""Trials of scenes as they travel over HTTP."""
