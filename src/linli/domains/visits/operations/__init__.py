"""Every write to visits and calls."""
