"""Scenes in force: switches, limits of a place or device, modes."""
