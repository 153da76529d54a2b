"""The vault: sensitive fields sealed under a key of each person, found again by a blind index."""
