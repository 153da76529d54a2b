"""Identity: accounts, what they may do and where."""
