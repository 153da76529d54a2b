"""How tables of the fleet came to be."""
