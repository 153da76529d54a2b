"""Money: one ledger of int fen, in which nothing can come from nowhere or go nowhere."""
