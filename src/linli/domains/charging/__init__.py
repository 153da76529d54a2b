"""Charging: where cars and e-bikes charge, what it costs and why, and when it must end."""
