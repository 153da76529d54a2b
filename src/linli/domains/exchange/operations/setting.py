"""How a department is reached, and what may go there: somebody says so."""

import secrets
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction

from linli.contracts import approvals as contract
from linli.contracts.exchange import DepartmentSet
from linli.domains.exchange import queries
from linli.domains.exchange.logic import adapters, fields
from linli.domains.exchange.models import Department
from linli.foundation import ids, sealing, targets
from linli.foundation.approvals import lines
from linli.foundation.approvals import operations as approvals
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


class NothingNew(Fault):
    """The department is reached there already, by the key that it has."""

    key = "exchange.nothing_new"
    status = 422


class LineMoved(Fault):
    """It is reached elsewhere, or by another key, by now: this was asked of something else."""

    key = "exchange.line_moved"


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
    """What is left out stays as it is. Where it is reached is another matter: `ask_line`."""

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
            _record(row, actor.account, now)
    except IntegrityError as error:
        raise CodeTaken(code=department.code) from error
    return Opened(row=row, key=key.hex())


@transaction.atomic
def change(*, actor: Actor, id: int, changes: Changes, now: datetime) -> Department:
    """Say anew what may go to a department, or that nothing does.

    :raises DepartmentNotFound: if there is none of this number
    :raises NeverLeaves: if a field is asked for that no department is given
    """
    row = queries.department(community=actor.community, id=id, lock=True)
    if changes.fields is not None:
        row.fields = fields.check(changes.fields)
    if changes.kinds is not None:
        row.kinds = sorted(set(changes.kinds))
    if changes.open is not None:
        row.open = changes.open
    row.set_at, row.set_by_id = now, actor.account
    row.save()
    _record(row, actor.account, now)
    return row


def ask_line(*, actor: Actor, id: int, line: lines.NewLine, now: datetime) -> lines.LineAsked:
    """Ask that a department be reached elsewhere, or by another key; a second person lets it pass,
    and until then it is as it was. A key that is made here is told here once.

    :raises DepartmentNotFound: if there is none of this number
    :raises BadAddress: if it is not an address that we would call
    :raises NothingNew: if neither is another
    """
    row = queries.department(community=actor.community, id=id)
    url, key = lines.wanted(line=line, url=row.url, sealed=bytes(row.key), use=queries.KEY)
    if url is None and key is None:
        raise NothingNew
    if url is not None:
        _check_address(url)
    approval = approvals.ask(
        kind=contract.DEPARTMENT,
        community=actor.community,
        about=f"department:{row.pk}",
        words=lines.told(name=row.name, was=row.url, url=url, key=key),
        request={
            "department": row.pk,
            "was": lines.mark(url=row.url, sealed=bytes(row.key)),
            "url": url or row.url,
            "key": sealing.seal(bytes.fromhex(key), use=queries.KEY).hex() if key else "",
        },
        by=actor.account,
        reason=line.reason,
        now=now,
    )
    return lines.LineAsked(approval=approval, key=key or "")


def carry(passed: contract.LetPass) -> None:
    """Reach a department as a second person let pass.

    :raises DepartmentNotFound: if there is none any more
    :raises BadAddress: if the operator does not allow the address any more
    :raises LineMoved: if it is reached otherwise by now than when this was asked
    """
    asked = passed.request
    row = queries.department(community=passed.community, id=asked["department"], lock=True)
    if lines.mark(url=row.url, sealed=bytes(row.key)) != asked["was"]:
        raise LineMoved(department=row.name_zh)
    _check_address(asked["url"])
    row.url = asked["url"]
    if asked["key"]:
        row.key = bytes.fromhex(asked["key"])
    row.set_at, row.set_by_id = passed.now, passed.by
    row.save()
    _record(row, passed.by, passed.now, cause=passed.cause)


def _record(row: Department, by: int, now: datetime, cause: str | None = None) -> None:
    outbox.record(
        DepartmentSet(
            id=ids.new(),
            at=now,
            community=row.community,
            cause=cause,
            department=row.pk,
            host=(urlsplit(row.url).hostname or "")[:255],
            fields=row.fields,
            open=row.open,
            by=by,
        )
    )


def _check_address(url: str) -> None:
    if not targets.may_call(url, inside=settings.DEPARTMENTS_INSIDE):
        raise BadAddress(url=url[:200])
