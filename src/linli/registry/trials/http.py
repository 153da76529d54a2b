"""Trials of scenes over HTTP: what a scene may be made of, drafts, and what they would do here."""

from ninja import Router

router = Router(tags=["trials"])
"""Mounted before the router of scenes: its words stand where an id of a scene would."""
