"""What the rest of the system may know of accounts and roles."""

from linli.kernel.port import Port


def _nobody_listens(account: int) -> None:
    """No live line is open beside this process."""


left: Port[[int], None] = Port("identity.left")
"""Told the number of an account that signed out or changed its password: its live lines end."""

left.answer_with(_nobody_listens)
