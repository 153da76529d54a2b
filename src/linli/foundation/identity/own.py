"""What one reads of oneself: where one is signed in, and which factors one has."""

from datetime import UTC, datetime

import msgspec

from linli.contracts.identity import PLATFORM, codes_by, phone_of
from linli.foundation.audit import queries as audit
from linli.foundation.identity import queries
from linli.foundation.identity.models import Link, Passkey, RecoveryCode, Session, Totp

CROWDED_OUT = "session_crowded_out"
"""What the trail calls it when a session ended because its account had too many."""
_TOLD = 5


class SessionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its owner sees it; `id` names it without opening it."""

    id: str
    device: str
    began_at: datetime | None
    seen_at: datetime | None
    current: bool


def sessions(*, account: int, current: str | None, now: datetime) -> list[SessionLine]:
    """Return the sessions of an account, the last seen first; `current` is the key of this one."""
    rows = Session.objects.filter(account=account, expire_date__gt=now)
    return [
        SessionLine(
            id=row.name,
            device=row.device,
            began_at=row.began_at,
            seen_at=row.seen_at,
            current=row.session_key == current,
        )
        for row in rows.order_by("-seen_at", "session_key")
    ]


def crowded_out(*, account: int) -> list[datetime]:
    """Return when sessions of an account ended because there were too many; the last five."""
    lines = audit.lines(community=PLATFORM, account=account, what=CROWDED_OUT, limit=_TOLD)
    return [datetime.fromtimestamp(line.at_us / 1_000_000, UTC) for line in lines]


class PasskeyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey as its owner sees it."""

    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


class Factors(msgspec.Struct, frozen=True, kw_only=True):
    """What an account can show beside its password; `recovery` counts the codes left on paper."""

    totp: bool
    passkeys: list[PasskeyLine]
    recovery: int


def own_factors(*, account: int) -> Factors:
    """Return the factors of an account, as its owner sees them."""
    return Factors(
        totp=Totp.objects.filter(account=account, proved=True).exists(),
        passkeys=[
            PasskeyLine(id=row.pk, name=row.name, made_at=row.made_at, used_at=row.used_at)
            for row in Passkey.objects.filter(account=account).order_by("pk")
        ],
        recovery=RecoveryCode.objects.filter(account=account).count(),
    )


_TOLD_SIGNS = 8


class LinkLine(msgspec.Struct, frozen=True, kw_only=True):
    """Who one is elsewhere; of `subject` only the beginning."""

    id: int
    issuer: str
    subject: str
    made_at: datetime


def links(*, account: int) -> list[LinkLine]:
    """Return who an account is elsewhere."""
    return [
        LinkLine(
            id=row.pk, issuer=row.issuer, subject=row.subject[:_TOLD_SIGNS], made_at=row.made_at
        )
        for row in Link.objects.filter(account=account).order_by("pk")
    ]


def able_to_show(*, account: int, works: bool) -> list[str]:
    """Return by what somebody can show again that it is himself: a factor; who has none shows the
    password, or, if he only lives here and the register has his telephone, a code (`sent`).
    """
    able = queries.factors(account=account)
    sent = ["sent"] if not works and codes_by() and phone_of(account) else []
    return able or ["password", *sent]
