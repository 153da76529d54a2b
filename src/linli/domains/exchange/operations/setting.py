"""How a department is reached, and what may go there: somebody says so."""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from msgspec.structs import replace

from linli.contracts import approvals as contract
from linli.contracts.exchange import DepartmentSet
from linli.domains.exchange import queries
from linli.domains.exchange.logic import adapters, fields
from linli.domains.exchange.models import Department
from linli.foundation import ids, sealing, sm3, targets
from linli.foundation.approvals import lines
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words

_KEY_BYTES = 32
_WHAT = ("fields", "kinds", "open")
"""What goes to a department; `Changes` says it anew."""


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


class GivenMoved(Fault):
    """What goes there is other by now: this was asked of something else."""

    key = "exchange.given_moved"


class NewDepartment(msgspec.Struct, frozen=True, kw_only=True):
    """A department as it is to be set up; `key`, in hexadecimal, is made here where it is empty. In
    what waits for a second person it is the sealed one.
    """

    code: str
    name_zh: str
    name_en: str = ""
    adapter: str = "workorder"
    url: str
    app: str
    fields: list[str]
    kinds: list[str] = []
    key: str = ""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is left out stays as it is. Where it is reached is another matter: `ask_line`."""

    fields: list[str] | None = None
    kinds: list[str] | None = None
    open: bool | None = None


def ask_new(
    *, actor: Actor, department: NewDepartment, reason: str = "", now: datetime
) -> lines.LineAsked:
    """Ask that a department be set up; until a second person lets it pass there is none. What may
    go there is asked of it and nothing more. A key that is made here is told here once.

    :raises BadAddress: if it is not an address that we would call
    :raises NeverLeaves: if a field is asked for that no department is given
    :raises UnknownAdapter: if there is no such manner of speaking
    :raises CodeTaken: if there is one of this code
    """
    adapters.adapter(department.adapter)
    _check_address(department.url)
    if Department.rows.of(actor.community).filter(code=department.code).exists():
        raise CodeTaken(code=department.code)
    key = department.key or secrets.token_bytes(_KEY_BYTES).hex()
    wanted = replace(
        department,
        fields=fields.check(department.fields),
        kinds=sorted(set(department.kinds)),
        key=sealing.seal(bytes.fromhex(key), use=queries.KEY).hex(),
    )
    approval = approvals.ask(
        kind=contract.DEPARTMENT,
        community=actor.community,
        about=f"department:{department.code}",
        words=_new_words(wanted, key),
        request={"new": msgspec.to_builtins(wanted)},
        by=actor.account,
        reason=reason,
        now=now,
    )
    return lines.LineAsked(approval=approval, key="" if department.key else key)


def add(*, community: str, wanted: NewDepartment, by: int, cause: str, now: datetime) -> Department:
    """Set up a department as a second person let pass; its key lies sealed in what was asked.

    :raises BadAddress: if the operator does not allow the address any more
    :raises CodeTaken: if there is one of this code by now
    """
    _check_address(wanted.url)
    row = Department(
        community=community,
        code=wanted.code,
        name_zh=wanted.name_zh,
        name_en=wanted.name_en,
        adapter=wanted.adapter,
        url=wanted.url,
        app=wanted.app,
        key=bytes.fromhex(wanted.key),
        fields=wanted.fields,
        kinds=wanted.kinds,
        open=True,
        set_at=now,
        set_by_id=by,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record(row, by, now, cause)
    except IntegrityError as error:
        raise CodeTaken(code=wanted.code) from error
    return row


@transaction.atomic
def change(
    *, actor: Actor, id: int, changes: Changes, now: datetime
) -> tuple[Department, Approval | None]:
    """Say anew what may go to a department, or that nothing does: less at once, and more, or that
    it is open again, once a second person let it pass; of a change that is both, each as it is.
    Return how it stands, and what waits.

    :raises DepartmentNotFound: if there is none of this number
    :raises NeverLeaves: if a field is asked for that no department is given
    """
    row = queries.department(community=actor.community, id=id, lock=True)
    wanted = Changes(
        fields=None if changes.fields is None else fields.check(changes.fields),
        kinds=None if changes.kinds is None else sorted(set(changes.kinds)),
        open=changes.open,
    )
    less, more = _parted(row, wanted)
    if more == Changes():
        return _put(row, less, actor.account, now), None
    if _is_other(row, less):
        _put(row, less, actor.account, now)
    return row, _ask_more(actor, row, more, now)


def _parted(row: Department, wanted: Changes) -> tuple[Changes, Changes]:
    """Return what holds at once, as nothing goes by it that does not go now, and what is more."""
    less, more = wanted, Changes()
    if set(wanted.fields or ()) - set(row.fields):
        more = replace(more, fields=wanted.fields)
        less = replace(less, fields=[name for name in wanted.fields or () if name in row.fields])
    if wanted.open and not row.open:
        less, more = replace(less, open=None), replace(more, open=True)
    if wanted.kinds is not None and row.kinds and not (set(wanted.kinds) or {""}) <= set(row.kinds):
        more = replace(more, kinds=wanted.kinds)
        both = sorted(set(wanted.kinds) & set(row.kinds))
        less = replace(less, kinds=both or None)
        if wanted.kinds and not both and row.open:
            # No kinds at all would be all of them: it is closed, and asked to be open again.
            less = replace(less, open=False)
            more = replace(more, open=None if wanted.open is False else True)
    return less, more


def _is_other(row: Department, wanted: Changes) -> bool:
    return any(
        (value := getattr(wanted, name)) is not None and value != getattr(row, name)
        for name in _WHAT
    )


def _seen(row: Department) -> dict[str, Any]:
    """Return what goes there, as it is kept with what is asked."""
    return {name: getattr(row, name) for name in _WHAT}


def _ask_more(actor: Actor, row: Department, wanted: Changes, now: datetime) -> Approval:
    return approvals.ask(
        kind=contract.DEPARTMENT,
        community=actor.community,
        about=f"department:{row.pk}:what",
        words=_more_words(row, wanted),
        request={"department": row.pk, "what": msgspec.to_builtins(wanted), "seen": _seen(row)},
        by=actor.account,
        now=now,
    )


def _put(
    row: Department, wanted: Changes, by: int, now: datetime, cause: str | None = None
) -> Department:
    for name in _WHAT:
        if (value := getattr(wanted, name)) is not None:
            setattr(row, name, value)
    row.set_at, row.set_by_id = now, by
    row.save()
    _record(row, by, now, cause)
    return row


def _new_words(wanted: NewDepartment, key: str) -> Words:
    what, mark = _goes(wanted.fields, wanted.kinds), sm3.digest(bytes.fromhex(key))[:8]
    return Words(
        zh=f"新设部门 {wanted.name_zh}（{wanted.code}），带去：{what.zh}；密钥 SM3 {mark}…；"
        f"地址 {wanted.url[:120]}",
        en=f"set up {wanted.name_en or wanted.name_zh} ({wanted.code}), given: {what.en}; "
        f"key SM3 {mark}…; at {wanted.url[:80]}",
    )


def _more_words(row: Department, wanted: Changes) -> Words:
    what = _goes(
        row.fields if wanted.fields is None else wanted.fields,
        row.kinds if wanted.kinds is None else wanted.kinds,
    )
    again = bool(wanted.open) and not row.open
    return Words(
        zh=f"{row.name.zh}：{'恢复对接，' if again else ''}带去：{what.zh}",
        en=f"{row.name.en}: {'open it again; ' if again else ''}given: {what.en}",
    )


def _goes(names: list[str], kinds: list[str]) -> Words:
    said = [fields.OFFERED[name][0] for name in names]
    only = f"（仅 {'、'.join(kinds)}）" if kinds else ""
    only_en = f" (only {', '.join(kinds)})" if kinds else ""
    return Words(
        zh="、".join(one.zh for one in said) + only, en=", ".join(one.en for one in said) + only_en
    )


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
    asked = lines.request(url=url, key=key, was=row.url, sealed=bytes(row.key), use=queries.KEY)
    approval = approvals.ask(
        kind=contract.DEPARTMENT,
        community=actor.community,
        about=f"department:{row.pk}",
        words=lines.told(name=row.name, was=row.url, url=url, key=key),
        request={"department": row.pk, **asked},
        by=actor.account,
        reason=line.reason,
        now=now,
    )
    return lines.LineAsked(approval=approval, key=key or "")


def carry(passed: contract.LetPass) -> None:
    """Set up a department, say what goes there, or reach it otherwise, as a second person let pass.

    :raises DepartmentNotFound: if there is none any more
    :raises BadAddress: if the operator does not allow the address any more
    :raises CodeTaken: if there is one of this code by now
    :raises LineMoved: if it is reached otherwise by now than when this was asked
    :raises GivenMoved: if more or less goes there by now than when this was asked
    """
    asked = passed.request
    if "new" in asked:
        add(
            community=passed.community, wanted=msgspec.convert(asked["new"], NewDepartment),
            by=passed.by, cause=passed.cause, now=passed.now,
        )  # fmt: skip
        return
    row = queries.department(community=passed.community, id=asked["department"], lock=True)
    if "what" in asked:
        if asked.get("seen") != _seen(row):
            raise GivenMoved(department=row.name_zh)
        wanted = msgspec.convert(asked["what"], Changes)
        _put(row, wanted, passed.by, passed.now, passed.cause)
        return
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
