"""One folder a protocol: bytes ↔ readings and commands."""
