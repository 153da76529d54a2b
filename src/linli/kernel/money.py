"""Amounts of money as one reads them; they are kept in fen."""


def in_yuan(fen: int) -> str:
    """Return an amount in yuan, with both digits of the fen: `-12.30`."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
