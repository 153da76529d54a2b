"""Every read of doors."""
