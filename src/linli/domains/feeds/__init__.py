"""Calendars that a person takes along: a feed that his own calendar program reads."""
