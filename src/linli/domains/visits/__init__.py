"""Visits: who may come to a home, when and by which doors; and who rings there."""
