"""SenML (RFC 8428), in JSON: single records and packs with base values and relative times."""
