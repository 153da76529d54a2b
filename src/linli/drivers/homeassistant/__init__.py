"""A home's own devices, as they announce themselves by Home Assistant's MQTT discovery."""
