"""One folder a protocol: bytes to readings, commands to bytes. No driver knows a record or a scene."""
