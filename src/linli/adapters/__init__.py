"""One file an outside thing behind a port."""
