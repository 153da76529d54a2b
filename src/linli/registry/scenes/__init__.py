"""Scenes as this installation uses them: switched on or off, with limits of its own; modes."""
