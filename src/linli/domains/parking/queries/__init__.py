"""Every read of parking, scoped by community."""
