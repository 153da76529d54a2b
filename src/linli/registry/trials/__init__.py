"""Scenes tried before they are trusted: drafts, dry runs, back-tests, stories from history."""
