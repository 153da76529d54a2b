"""Calls for help: whose telephones ring in which order until somebody is there, all on record."""
