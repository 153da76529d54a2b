"""How a department is reached, and what may go there: somebody says so."""

import secrets
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction

from linli.contracts.exchange import DepartmentSet
from linli.domains.exchange import queries
from linli.domains.exchange.logic import adapters, fields
from linli.domains.exchange.models import Department
from linli.foundation import ids, sealing, targets
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

_KEY_BYTES = 32


class BadAddress(Fault):
    """It is not called: https to the internet at large only, unless the operator allows more."""

    key = "exchange.bad_address"
    status = 422


class CodeTaken(Fault):
    key = "exchange.code_taken"


class NewDepartment(msgspec.Struct, frozen=True, kw_only=True):
    """A department as it is set up; `key`, in hexadecimal, is made here where it is empty."""

    code: str
    name_zh: str
    name_en: str = ""
    adapter: str = "workorder"
    url: str
    app: str
    fields: list[str]
    kinds: list[str] = []
    key: str = ""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A department and the key that both sides hold: told here once."""

    row: Department
    key: str


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is left out stays as it is."""

    url: str | None = None
    fields: list[str] | None = None
    kinds: list[str] | None = None
    open: bool | None = None


def add(*, actor: Actor, department: NewDepartment, now: datetime) -> Opened:
    """Set up a department; what may go there is asked of it and nothing more.

    :raises BadAddress: if it is not an address that we would call
    :raises NeverLeaves: if a field is asked for that no department is given
    :raises UnknownAdapter: if there is no such manner of speaking
    :raises CodeTaken: if there is one of this code
    """
    adapters.adapter(department.adapter)
    _check_address(department.url)
    key = bytes.fromhex(department.key) if department.key else secrets.token_bytes(_KEY_BYTES)
    row = Department(
        community=actor.community,
        code=department.code,
        name_zh=department.name_zh,
        name_en=department.name_en,
        adapter=department.adapter,
        url=department.url,
        app=department.app,
        key=sealing.seal(key, use=queries.KEY),
        fields=fields.check(department.fields),
        kinds=sorted(set(department.kinds)),
        open=True,
        set_at=now,
        set_by_id=actor.account,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record(row, actor, now)
    except IntegrityError as error:
        raise CodeTaken(code=department.code) from error
    return Opened(row=row, key=key.hex())


@transaction.atomic
def change(*, actor: Actor, id: int, changes: Changes, now: datetime) -> Department:
    """Say anew how a department is reached, what may go there, or that nothing does.

    :raises DepartmentNotFound: if there is none of this number
    :raises BadAddress, NeverLeaves: as when it is set up
    """
    row = queries.department(community=actor.community, id=id, lock=True)
    if changes.url is not None:
        _check_address(changes.url)
        row.url = changes.url
    if changes.fields is not None:
        row.fields = fields.check(changes.fields)
    if changes.kinds is not None:
        row.kinds = sorted(set(changes.kinds))
    if changes.open is not None:
        row.open = changes.open
    row.set_at, row.set_by_id = now, actor.account
    row.save()
    _record(row, actor, now)
    return row


def _record(row: Department, actor: Actor, now: datetime) -> None:
    outbox.record(
        DepartmentSet(
            id=ids.new(),
            at=now,
            community=row.community,
            department=row.pk,
            host=(urlsplit(row.url).hostname or "")[:255],
            fields=row.fields,
            open=row.open,
            by=actor.account,
        )
    )


def _check_address(url: str) -> None:
    if not targets.may_call(url, inside=settings.DEPARTMENTS_INSIDE):
        raise BadAddress(url=url[:200])
