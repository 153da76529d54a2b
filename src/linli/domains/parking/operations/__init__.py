"""Every write of parking."""
