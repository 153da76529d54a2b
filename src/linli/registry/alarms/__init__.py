"""The alarm desk: one open alarm for each trouble, whoever looks at it, until it is closed."""
