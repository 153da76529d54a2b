"""Privacy: what each field of each table holds, and what it is kept for."""
