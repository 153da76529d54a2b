"""SenML (RFC 8428), in JSON and CBOR: packs with base values and relative times."""
