"""The business domains, ignorant of each other."""
