"""Pictures that cameras took: kept for a while, looked at for a purpose, and that is remembered."""
