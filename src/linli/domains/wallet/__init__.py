"""The wallet and the one card: what a resident has, pays and spends; what finance sees of it."""
