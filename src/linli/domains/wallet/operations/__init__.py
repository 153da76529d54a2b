"""Every write to wallets and to the card."""
