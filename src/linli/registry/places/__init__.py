"""Places: from the estate down to the room, with grid cells, zones, gates and lifts."""
