"""Exchange with departments: cases go out, results and notices come in, both lists compared."""
