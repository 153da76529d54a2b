"""How tables of campaigns came to be."""
