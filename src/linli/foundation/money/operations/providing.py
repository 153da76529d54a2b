"""How a provider of payments is reached: somebody says so."""

import secrets
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction

from linli.contracts import approvals as contract
from linli.contracts.money import ProviderSet
from linli.foundation import ids, sealing, targets
from linli.foundation.approvals import lines
from linli.foundation.approvals import operations as approvals
from linli.foundation.money import logic, ports, queries
from linli.foundation.money.models import Provider
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words

_KEY_BYTES = 32


class BadAddress(Fault):
    """It is not called: https to the internet at large only, unless the operator allows more."""

    key = "money.bad_address"
    status = 422


class CodeTaken(Fault):
    key = "money.code_taken"


class UnknownAdapter(Fault):
    key = "money.unknown_adapter"
    status = 422


class OpenedByAnother(Fault):
    """Who set a provider up, or shut it, does not open it: a second person does."""

    key = "money.opened_by_another"
    status = 409


class NothingNew(Fault):
    """The provider is reached there already, by the key that it has."""

    key = "money.nothing_new"
    status = 422


class ProviderMoved(Fault):
    """It is reached elsewhere, or by another key, by now: this was asked of something else."""

    key = "money.provider_moved"


class NewProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider as it is set up; `key`, in hexadecimal, is made here where it is empty."""

    code: str
    name: Words
    adapter: str = "signed"
    url: str
    app: str
    key: str = ""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A provider and the key that both sides hold: told here once."""

    row: Provider
    key: str


def add(*, community: str, provider: NewProvider, by: int | None, now: datetime) -> Opened:
    """Set up a provider of payments. Where a person does, it is shut until another opens it.

    :raises BadAddress: if it is not an address that we would call
    :raises UnknownAdapter: if there is no such manner of speaking
    :raises CodeTaken: if there is one of this code
    """
    logic.family(f"clearing:{provider.code}")
    if provider.adapter not in ports.adapters():
        raise UnknownAdapter(adapter=provider.adapter[:24])
    _check_address(provider.url)
    key = bytes.fromhex(provider.key) if provider.key else secrets.token_bytes(_KEY_BYTES)
    row = Provider(
        community=community,
        code=provider.code,
        name_zh=provider.name.zh,
        name_en=provider.name.en,
        adapter=provider.adapter,
        url=provider.url,
        app=provider.app,
        key=sealing.seal(key, use=queries.KEY),
        open=by is None,
        first_day=day_of(now),
        set_at=now,
        set_by_id=by,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record(row, by, now)
    except IntegrityError as error:
        raise CodeTaken(code=provider.code) from error
    return Opened(row=row, key=key.hex())


@transaction.atomic
def change(*, community: str, code: str, open: bool, by: int, now: datetime) -> Provider:
    """Say whether one can pay by a provider; what is under way is still taken where one cannot. It
    is opened by another person than the one who last set it.

    :raises ProviderNotFound: if there is none of this code
    :raises OpenedByAnother: if the same person would open it
    """
    row = _locked(community, code)
    if row.open == open:
        return row
    if open and row.set_by_id == by:
        raise OpenedByAnother(provider=row.code)
    row.open, row.set_at, row.set_by_id = open, now, by
    row.save()
    _record(row, by, now)
    return row


def ask_line(
    *, community: str, code: str, line: lines.NewLine, by: int, now: datetime
) -> lines.LineAsked:
    """Ask that a provider be reached elsewhere, or by another key; a second person lets it pass,
    and until then it is as it was.

    :raises ProviderNotFound: if there is none of this code
    :raises BadAddress: if it is not an address that we would call
    :raises NothingNew: if neither is another
    """
    row = _row(community, code)
    url, key = lines.wanted(line=line, url=row.url, sealed=bytes(row.key), use=queries.KEY)
    if url is None and key is None:
        raise NothingNew
    if url is not None:
        _check_address(url)
    asked = lines.request(url=url, key=key, was=row.url, sealed=bytes(row.key), use=queries.KEY)
    approval = approvals.ask(
        kind=contract.PROVIDER,
        community=community,
        about=f"provider:{row.code}",
        words=lines.told(name=row.name, was=row.url, url=url, key=key),
        request={"provider": row.code, **asked},
        by=by,
        reason=line.reason,
        now=now,
    )
    return lines.LineAsked(approval=approval, key=key or "")


def carry(passed: contract.LetPass) -> None:
    """Reach a provider as a second person let pass.

    :raises ProviderNotFound: if there is none any more
    :raises BadAddress: if the operator does not allow the address any more
    :raises ProviderMoved: if it is reached otherwise by now than when this was asked
    """
    asked = passed.request
    row = _locked(passed.community, asked["provider"])
    if lines.mark(url=row.url, sealed=bytes(row.key)) != asked["was"]:
        raise ProviderMoved(provider=row.code)
    _check_address(asked["url"])
    row.url = asked["url"]
    if asked["key"]:
        row.key = bytes.fromhex(asked["key"])
    row.set_at, row.set_by_id = passed.now, passed.by
    row.save()
    _record(row, passed.by, passed.now, cause=passed.cause)


def _row(community: str, code: str, *, lock: bool = False) -> Provider:
    rows = Provider.rows.of(community).filter(code=code)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise queries.ProviderNotFound(provider=code[:32])
    return row


def _locked(community: str, code: str) -> Provider:
    return _row(community, code, lock=True)


def day_of(at: datetime) -> date:
    """Return the local day of a time."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _record(row: Provider, by: int | None, now: datetime, cause: str | None = None) -> None:
    if by is None:
        return  # set up by the installation itself, as in the demo
    host = (urlsplit(row.url).hostname or "")[:255]
    outbox.record(
        ProviderSet(
            id=ids.new(),
            at=now,
            community=row.community,
            cause=cause,
            provider=row.code,
            host=host,
            open=row.open,
            by=by,
        )
    )


def _check_address(url: str) -> None:
    if not targets.may_call(url, inside=settings.PAYMENTS_INSIDE):
        raise BadAddress(url=url[:200])
