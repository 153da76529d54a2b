"""Rehearsal: a whole community faster than real time, with incidents, through the real program."""
