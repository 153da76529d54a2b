"""Settings, wiring by profile, the command line. Alone in knowing everything."""
