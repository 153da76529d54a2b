"""GB/T 28181: cameras and video platforms that sign in by SIP and speak MANSCDP XML."""
