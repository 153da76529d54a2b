"""A store apart for what is highly sensitive: another database, under another master key."""
