"""GA/T 1400 (VIID): cameras at a lane post the motor vehicles that they saw, over HTTP."""
