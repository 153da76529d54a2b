"""A resident's own home: its mode, what stands in it, what he may shut. It keeps nothing itself."""
