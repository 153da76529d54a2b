"""People: households, residents, vehicles, organisations, staff."""
