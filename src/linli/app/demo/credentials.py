"""Secrets of the demo, made from the installation's own: the simulator makes them again by itself.

Never in the repository, never the same in two installations, and nothing to store.
"""

import hmac
from base64 import b32encode

from linli.devices import credential


def device_secret(*, key: str, code: str) -> str:
    """Return the secret of a demo device, where `key` is the secret of the installation."""
    return _made(key, f"demo device {code}")[:32]


def password(*, key: str, username: str) -> str:
    """Return the password of a demo account: three groups of letters and digits."""
    made = _made(key, f"demo account {username}")
    return "-".join((made[:4], made[4:8], made[8:12]))


def digits(*, key: str, code: str, count: int) -> str:
    """Return the secret of a demo device that can keep only so many digits."""
    made = hmac.digest(key.encode(), f"demo digits {code}".encode(), "sha256")
    return str(int.from_bytes(made, "big") % 10**count).zfill(count)


def kept(*, key: str, code: str) -> str:
    """Return what the register keeps of a demo device's secret."""
    return credential.make(device_secret(key=key, code=code), _made(key, f"demo salt {code}")[:12])


def _made(key: str, what: str) -> str:
    digest = hmac.digest(key.encode(), what.encode(), "sha256")
    return b32encode(digest).decode("ascii").lower()
