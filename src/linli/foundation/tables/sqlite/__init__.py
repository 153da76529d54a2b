"""SQLite as we use it: a database engine of Django's."""
