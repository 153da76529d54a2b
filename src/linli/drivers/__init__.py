"""One folder a protocol: bytes to readings, commands to bytes. Drivers know no records."""
