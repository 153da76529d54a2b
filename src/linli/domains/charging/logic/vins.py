"""Numbers of vehicles (VIN), as their owners write them and as cars say them. Modelled on ISO 3779:
seventeen signs, no I, O or Q; its check digit is not everywhere kept, and not looked at.
"""

import re

from linli.kernel.fault import Fault

_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_SHOWN = 4


class BadVin(Fault):
    key = "charging.bad_vin"
    status = 422


def read(said: str) -> str:
    """Return a VIN as it should be written.

    :raises BadVin: if it is none
    """
    found = "".join(said.split()).replace("-", "").upper()
    if not _VIN.fullmatch(found):
        raise BadVin
    return found


def masked(vin: str) -> str:
    """Return what a list may show of a VIN: its last four signs."""
    return "*" * (len(vin) - _SHOWN) + vin[-_SHOWN:]
