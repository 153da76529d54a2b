"""Routers assembled, sign-in, errors, OpenAPI."""
