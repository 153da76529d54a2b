"""Bits of card readers and keypads, as access controllers forward them; no line of its own."""
