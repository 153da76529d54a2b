"""Alarms: trouble that a scene found, until a person agrees that it is over."""
