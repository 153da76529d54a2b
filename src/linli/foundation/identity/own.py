"""What one reads of oneself: where one is signed in, and which factors one has."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from linli.contracts.identity import PLATFORM, codes_by, phone_of
from linli.contracts.privacy import Held
from linli.foundation.audit import queries as audit
from linli.foundation.identity import queries
from linli.foundation.identity.models import (
    Account,
    Grant,
    Link,
    Passkey,
    RecoveryCode,
    Session,
    Totp,
)
from linli.foundation.identity.roles import NAMES
from linli.foundation.privacy.telling import moment, row_told
from linli.kernel.words import Words, alike

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


def held(community: str, account: int, most: int) -> list[Held]:
    """Return what is held on somebody to let him sign in and act here: his account, where he is
    signed in, his passkeys, who he is elsewhere and what he may (the newest, `most` at most).
    """
    row = Account.objects.get(pk=account)
    said = {"username": row.username, "name": row.name, "last_login": row.last_login}
    return [
        row_told(row, kind=Words(zh="账号", en="account"), record="", kept=_WHILE_THERE, said=said),
        *_held_sessions(account),
        *_held_elsewhere(account),
        *_held_rights(community, account, most),
    ]


def _held_sessions(account: int) -> Iterator[Held]:
    for row in Session.objects.filter(account=account).order_by("-seen_at", "session_key"):
        said = {"device": row.device, "began_at": row.began_at, "seen_at": row.seen_at}
        yield row_told(
            row, kind=Words(zh="登录的设备", en="device that is signed in"), record="", said=said,
            kept=Words(zh="退出或到期即删", en="until you sign out or it runs out"),
        )  # fmt: skip


def _held_elsewhere(account: int) -> Iterator[Held]:
    for key in Passkey.objects.filter(account=account).order_by("pk"):
        yield row_told(
            key, kind=Words(zh="通行密钥", en="passkey"), record=moment(key.made_at),
            kept=_UNTIL_TAKEN_OUT, said={"name": key.name},
        )  # fmt: skip
    for link in Link.objects.filter(account=account).order_by("pk"):
        yield row_told(
            link, kind=Words(zh="外部账号", en="account elsewhere"), record=link.issuer,
            kept=_UNTIL_TAKEN_OUT, said={"subject": link.subject},
        )  # fmt: skip


def _held_rights(community: str, account: int, most: int) -> Iterator[Held]:
    rows = Grant.objects.filter(account=account, community__in=[community, PLATFORM])
    for row in rows.order_by("-pk")[:most]:
        role = NAMES.get(row.role, alike(row.role))
        yield row_told(
            row, kind=Words(zh="角色与权限", en="role and rights"), record=role,
            kept=Words(zh="授权期间", en="as long as it is given"), names={"account": _WHERE},
            said={"account": row.place or _ALL_OF_IT, "ward": row.ward},
        )  # fmt: skip


_WHILE_THERE = Words(zh="账号存续期间", en="as long as the account is there")
_UNTIL_TAKEN_OUT = Words(zh="移除即删", en="until you take it out")
_ALL_OF_IT = Words(zh="全小区", en="the whole community")
_WHERE = Words(zh="范围", en="where")
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
