"""Plain JSON: `{"co_mg_m3": 41, "t": 1767225600}`, or a list of such."""
