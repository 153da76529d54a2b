"""REGISTER: who may sign in, for how long, and how he signs out."""

from datetime import datetime

import msgspec
from aiosipua import SipRequest

from linli.drivers.digest import Registrar
from linli.drivers.gb28181 import codes, sip
from linli.drivers.gb28181.doors import Path
from linli.drivers.gb28181.manscdp import CHINA
from linli.drivers.gb28181.options import LineOptions, MemberOptions
from linli.drivers.gb28181.partner import Partner
from linli.drivers.gb28181.roll import Roll
from linli.drivers.line import Station, Wired

_USUAL_S = 3600
_SHORTEST_S = 30
_LONGEST_S = 7 * 86400


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A SIP answer; `signed` is the partner who signed in anew by it."""

    status: int
    reason: str
    headers: dict[str, str] = {}
    signed: Partner | None = None


OK = Answer(status=200, reason="OK")
FORBIDDEN = Answer(status=403, reason="Forbidden")
BAD = Answer(status=400, reason="Bad Request")


class Signing:
    """Reads REGISTERs of one line."""

    def __init__(
        self, *, line: Wired, options: LineOptions, realm: str, roll: Roll, station: Station
    ) -> None:
        self._line = line
        self._options = options
        self._roll = roll
        self._station = station
        self._registrar = Registrar(realm=realm)

    def register(self, path: Path, request: SipRequest) -> Answer:
        """Return the answer to a REGISTER.

        :raises BadFrame: if its signature is none
        """
        now = self._station.now()
        address = sip.user(request)
        signature = request.headers.get_first("authorization")
        if not codes.is_code(address):
            return FORBIDDEN
        if signature is None:
            return self._challenge(now, stale=False)
        if self._registrar.signer(signature) != address:
            return self._refuse(address, "signed_by_another")
        member = self._roll.member(address)
        password = self._password(member)
        wrong = self._registrar.check(signature, method="REGISTER", password=password, now=now)
        if wrong:
            stale = wrong == "stale"
            return self._challenge(now, stale=True) if stale else self._refuse(address, wrong)
        return self._signed(member, path, request, now) if member else self._unknown(address)

    def _password(self, member: Wired | None) -> str:
        options = member.options if member is not None else None
        own = options.password if isinstance(options, MemberOptions) else ""
        return own or self._options.password

    def _challenge(self, now: float, *, stale: bool) -> Answer:
        value = self._registrar.challenge(now=now) + (",stale=true" if stale else "")
        return Answer(status=401, reason="Unauthorized", headers={"WWW-Authenticate": value})

    def _unknown(self, address: str) -> Answer:
        """Show one who knows the line's password, but not his name, to the operator."""
        model = codes.parse(address).model
        self._station.stranger(address, about={"model": model} if model else {})
        return FORBIDDEN

    def _refuse(self, address: str, why: str) -> Answer:
        member = self._roll.member(address)
        self._station.refused((member or self._line).code, why, address.encode())
        return FORBIDDEN

    def _signed(self, member: Wired, path: Path, request: SipRequest, now: float) -> Answer:
        asked = sip.expires(request, otherwise=_USUAL_S)
        headers = {
            "Date": datetime.fromtimestamp(now, CHINA).strftime("%Y-%m-%dT%H:%M:%S.000"),
            "Expires": str(asked),
        }
        known = self._roll.partners.get(member.address)
        if asked == 0:
            if known is not None:
                self._roll.leave(known, "signed_out")
            return Answer(status=200, reason="OK", headers=headers)
        lasts_s = min(max(asked, _SHORTEST_S), _LONGEST_S)
        headers["Expires"] = str(lasts_s)
        contact = request.headers.get_first("contact")
        if contact:
            headers["Contact"] = contact
        partner = self._entered(known, member, path, expires_at=now + lasts_s, now=now)
        return Answer(status=200, reason="OK", headers=headers, signed=partner)

    def _entered(
        self, known: Partner | None, member: Wired, path: Path, *, expires_at: float, now: float
    ) -> Partner | None:
        """Let him in; return him where he was not here before."""
        if known is not None and known.online:
            known.path, known.expires_at, known.heard_at = path, expires_at, now
            self._station.came(member.code)
            return None
        if known is None:
            known = Partner(member=member, path=path, expires_at=expires_at, now=now)
        known.path, known.expires_at, known.heard_at = path, expires_at, now
        self._roll.enter(known)
        return known
