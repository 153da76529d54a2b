"""Register and UnRegister: who may sign in, and how he signs out (HTTP Digest, RFC 2617)."""

from urllib.parse import urlsplit

from linli.drivers.digest import Registrar
from linli.drivers.gat1400.options import LineOptions, MemberOptions
from linli.drivers.gat1400.roll import Roll
from linli.drivers.line import Station, Wired

_REALM_DIGITS = 10
CHALLENGE, FORBIDDEN, SIGNED = 401, 403, 200


class Signing:
    """Reads signatures of one line."""

    def __init__(self, *, line: Wired, options: LineOptions, roll: Roll, station: Station) -> None:
        self._line = line
        self._options = options
        self._roll = roll
        self._station = station
        self._registrar = Registrar(realm=options.realm or options.id[:_REALM_DIGITS])

    def challenge(self, *, stale: bool = False) -> str:
        """Return the value of WWW-Authenticate. There is no space in it: some cameras split it at
        its commas and take what is between as it stands.
        """
        value = self._registrar.challenge(now=self._station.now()) + ',qop="auth"'
        return value + ",stale=true" if stale else value

    def check(self, signature: str, *, address: str, method: str, path: str) -> int:
        """Return what a signature of a device is worth: `SIGNED`, `CHALLENGE` where its nonce is
        old or was used, `FORBIDDEN`; the operator is told of who was refused.

        :raises BadFrame: if it is none
        """
        member = self._roll.member(address)
        if self._registrar.signer(signature) != self._user(member, address):
            return self._refuse(member, address, "signed_by_another")
        if not _is_for(path, self._registrar.signed_for(signature)):
            return self._refuse(member, address, "wrong_password")
        wrong = self._check(signature, method=method, member=member)
        if wrong == "stale":
            return CHALLENGE
        if wrong:
            return self._refuse(member, address, wrong)
        if member is None:
            self._roll.stranger(address)
            return FORBIDDEN
        return SIGNED

    def _check(self, signature: str, *, method: str, member: Wired | None) -> str:
        return self._registrar.check(
            signature,
            method=method,
            password=_own(member).password or self._options.password,
            now=self._station.now(),
        )

    def _user(self, member: Wired | None, address: str) -> str:
        return _own(member).user or self._options.user or address

    def _refuse(self, member: Wired | None, address: str, why: str) -> int:
        self._station.refused((member or self._line).code, why, address.encode())
        return FORBIDDEN


def _own(member: Wired | None) -> MemberOptions:
    options = member.options if member is not None else None
    return options if isinstance(options, MemberOptions) else MemberOptions()


def _is_for(path: str, said: str) -> bool:
    """Whether a signature is for a path: some cameras sign the whole address."""
    try:
        return urlsplit(said).path.rstrip("/") == path.rstrip("/")
    except ValueError:
        return False
