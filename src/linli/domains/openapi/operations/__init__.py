"""Every write of the open API, one module a verb."""
