"""ONVIF: cameras found, asked what they are, pulled for their events, moved."""
