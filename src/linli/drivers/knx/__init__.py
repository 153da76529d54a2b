"""KNXnet/IP: group addresses of a building, through a tunnel or by routing."""
