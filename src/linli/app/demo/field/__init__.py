"""The other end of field protocols: meters, pumps, panels and chargers that dial the platform."""
