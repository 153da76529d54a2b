"""Every write to charging, one function for each thing that somebody could say happened."""
