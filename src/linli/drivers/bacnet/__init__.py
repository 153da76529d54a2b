"""BACnet/IP: devices of buildings read, subscribed to and written by their objects."""
