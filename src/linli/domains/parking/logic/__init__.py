"""The rules of parking. Pure."""
