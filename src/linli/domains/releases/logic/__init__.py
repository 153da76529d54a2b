"""How a table is made so coarse that nobody stands out, and what is left to find: pure."""
