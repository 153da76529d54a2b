"""Parking: lanes that ask, stays, what they cost and why, and cars where they must not be."""
