"""Every write of the exchange."""
