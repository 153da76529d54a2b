"""Spreadsheets in and out: looked at, confirmed, all or nothing."""

import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime

import msgspec
from django.db import transaction

from linli.contracts import approvals as contract
from linli.contracts import scanning
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.copies import operations as copies
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor, NotAllowed, PurposeNotGranted
from linli.foundation.privacy import purposes
from linli.foundation.vault import blobs
from linli.foundation.vault import operations as vault
from linli.foundation.vault.queries import MAIN
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import operations as devices
from linli.registry.imports import consenting, ledgers, parsing, queries
from linli.registry.imports.devicing import DevicePlan
from linli.registry.imports.models import Upload
from linli.registry.imports.parsing import RowError
from linli.registry.imports.placing import PlacePlan
from linli.registry.imports.queries import Outcome
from linli.registry.imports.sheets import NAMES, PERMISSIONS
from linli.registry.people import operations as people
from linli.registry.people.logic import READ_FOR
from linli.registry.people.operations import Put
from linli.registry.places import operations as places

MOST_ERRORS = 1000
READS, WRITES = 0, 1

Holds = Callable[[str], bool]
"""Tells whether whoever asks holds a permission for the whole community."""


OF_PEOPLE = frozenset({"people", "staff", "vehicles"})
"""Ledgers that tell who is who, numbers or not: nobody takes them out alone."""
_MASKED_FOR = "residence"
"""What a ledger with numbers masked is read for."""


class HasErrors(Fault):
    """The file would not go in as it is: `errors` says in how many cells."""

    key = "imports.has_errors"
    status = 422


class UnknownForm(Fault):
    key = "imports.unknown_form"
    status = 404


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would do, and the token to do it with; none where there are errors."""

    token: str | None
    rows: int
    new: int
    changed: int
    same: int
    error_count: int
    errors: list[RowError]


class Export(msgspec.Struct, frozen=True, kw_only=True):
    content: bytes
    content_type: str
    name: str


def preview(
    *,
    community: str,
    account: int,
    kind: str,
    content: bytes,
    holds: Holds,
    now: datetime,
    today: date,
) -> Preview:
    """Look at a file and say what it would do. Nothing is written to the register; a file without
    errors is kept for an hour, for the one who sent it to say yes.

    :raises NotAllowed: if this person may not write to that ledger, or record what it says of
        consents
    :raises Fault: if it is no honest spreadsheet of that kind; see `queries.parsed`
    :raises scanning.Infected, scanning.ScannerAway: if a virus was found, or nobody could look
    """
    _check_holds(community, kind, holds, WRITES)
    scanning.look_through(content)
    said = queries.parsed(kind=kind, content=content)
    consenting.check_may(community=community, parsed=said, holds=holds)
    found = queries.outcome(community=community, kind=kind, parsed=said, today=today)
    token = None if found.errors else secrets.token_urlsafe(24)
    forget(community=community, now=now)
    if token:
        _keep(community, token, kind, account, content, now)
    return Preview(
        token=token,
        rows=found.rows,
        new=found.new,
        changed=found.changed,
        same=found.same,
        error_count=len(found.errors),
        errors=found.errors[:MOST_ERRORS],
    )


@transaction.atomic
def _keep(  # noqa: PLR0917
    community: str, token: str, kind: str, account: int, content: bytes, now: datetime
) -> None:
    """Keep a file sealed until somebody says yes."""
    name, key = blobs.begin(community=community, today=now.date())
    row = Upload(
        community=community,
        digest=queries.digest(token),
        kind=kind,
        account_id=account,
        vault_key=name,
        at=now,
    )
    row.content = b"".join(blobs.sealed([content], key=key, bound=queries.bound(row)))
    row.save(force_insert=True)


@transaction.atomic
def forget(*, community: str, now: datetime) -> int:
    """Destroy the files for which nobody said yes within the hour; return how many."""
    rows = Upload.rows.of(community).filter(at__lt=now - queries.KEPT_FOR)
    old = list(rows.select_for_update().order_by("at").values_list("pk", "vault_key"))
    if old:
        _destroy(community, [name for _, name in old])
        Upload.rows.of(community).filter(pk__in=[pk for pk, _ in old]).delete()
    return len(old)


def _destroy(community: str, names: Sequence[str]) -> None:
    """Destroy the keys of files, and let what is freed of them be overwritten."""
    vault.discard(community=community, subjects=names)
    vault.overwrite_freed(store=MAIN)


def confirm(
    *,
    community: str,
    account: int,
    kind: str,
    token: str,
    holds: Holds,
    now: datetime,
    today: date,
) -> Put:
    """Import the file that was looked at, as the register is now: all of it or nothing. Rows are
    counted; imported a second time all are the same.

    :raises NotAllowed: as `preview`
    :raises queries.UploadNotFound: if the token is not for this, was used, or is an hour old
    :raises HasErrors: if the register has changed so that it would not go in any more
    """
    _check_holds(community, kind, holds, WRITES)
    looked_at = queries.upload(community=community, kind=kind, account=account, token=token)
    if looked_at.at < now - queries.KEPT_FOR:
        raise queries.UploadNotFound
    said = queries.parsed(kind=kind, content=queries.opened(looked_at))
    consenting.check_may(community=community, parsed=said, holds=holds)
    with transaction.atomic():
        row = queries.upload(
            community=community, kind=kind, account=account, token=token, lock=True
        )
        found = queries.outcome(community=community, kind=kind, parsed=said, today=today)
        if found.errors or found.plan is None:
            raise HasErrors(errors=len(found.errors))
        _write(community, found, now)
        consenting.record(community=community, account=account, told=found.consents, now=now)
        _destroy(community, [row.vault_key])
        row.delete()
    return Put(created=found.new, changed=found.changed, same=found.same)


def export(
    *, actor: Actor, kind: str, form: str, purpose: str, language: str, now: datetime
) -> Export:
    """Return a ledger as a spreadsheet. Personal numbers are masked unless a purpose is given that
    opens them. A second person must have let that pass, and any ledger of people, and it is
    remembered who took it out. The file says who did, and every row bears its mark.

    :raises UnknownForm: if it is neither xlsx nor csv
    :raises UnknownPurpose: if the purpose is none of those declared
    :raises NotAllowed: if people are asked for by somebody who may not know them
    :raises approvals.ApprovalWanted: if nobody let it pass yet
    """
    if form not in ledgers.WRITERS:
        raise UnknownForm(form=form[:16])
    full = _check_export(actor, kind, purpose)
    if purpose or kind in OF_PEOPLE:
        approvals.use(
            kind=contract.EXPORT, community=actor.community, about=f"export:{kind}",
            request={"kind": kind, "purpose": purpose}, by=actor.account, now=now,
        )  # fmt: skip
        identity.look(
            community=actor.community, account=actor.account, subject=f"export:{kind}",
            purpose=purpose or _MASKED_FOR, now=now,
        )  # fmt: skip
    writer, content_type = ledgers.WRITERS[form]
    rows = ledgers.lines(community=actor.community, kind=kind, purpose=purpose, full=full)
    taken = copies.take(
        community=actor.community, account=actor.account, what=kind, name=NAMES[kind], form=form,
        purpose=purpose, now=now,
    )  # fmt: skip
    content = writer(kind=kind, rows=rows, language=language, taken=taken)
    return Export(
        content=content, content_type=content_type, name=f"{actor.community}-{kind}.{form}"
    )


def _said_masked(ledger: Words) -> Words:
    return Words(zh=f"导出“{ledger.zh}”，号码打码", en=f"export “{ledger.en}” with numbers masked")


def _said_in_full(ledger: Words, why: Words) -> Words:
    return Words(
        zh=f"导出“{ledger.zh}”，号码不打码，用途：{why.zh}",
        en=f"export “{ledger.en}” with numbers in full, for {why.en}",
    )


def _check_export(actor: Actor, kind: str, purpose: str) -> bool:
    """Refuse a ledger that is not for the actor; tell whether he may know people."""
    parsing.columns_of(kind)
    if purpose:
        purposes.purpose(purpose, among=READ_FOR)
    _check_holds(actor.community, kind, actor.may, READS)
    full = actor.may("register.people")
    if actor.places or ((kind == "people" or purpose) and not full):
        raise NotAllowed(permission="register.people", community=actor.community)
    if purpose and actor.opening("register.people", purpose).places:
        raise PurposeNotGranted(purpose=purpose, community=actor.community)
    return full


def ask_export(*, actor: Actor, kind: str, purpose: str, reason: str, now: datetime) -> Approval:
    """Ask to take a ledger out with personal numbers in full, or one of people with numbers masked;
    a second person lets it pass.

    :raises UnknownPurpose, NotAllowed: as `export`
    """
    _check_export(actor, kind, purpose)
    if not purpose and kind in OF_PEOPLE:
        words = _said_masked(NAMES[kind])
    else:
        words = _said_in_full(NAMES[kind], purposes.purpose(purpose, among=READ_FOR).name)
    return approvals.ask(
        kind=contract.EXPORT,
        community=actor.community,
        about=f"export:{kind}",
        words=words,
        request={"kind": kind, "purpose": purpose},
        by=actor.account,
        reason=reason,
        now=now,
    )


def template(*, kind: str, form: str, language: str) -> Export:
    """Return an empty spreadsheet with the headings of a kind.

    :raises UnknownForm, parsing.UnknownSheet: if there is none
    """
    if form not in ledgers.WRITERS:
        raise UnknownForm(form=form[:16])
    writer, content_type = ledgers.WRITERS[form]
    return Export(
        content=writer(kind=kind, rows=[], language=language),
        content_type=content_type,
        name=f"{kind}-template.{form}",
    )


def _check_holds(community: str, kind: str, holds: Holds, which: int) -> None:
    """Refuse who may not read, or write, what has permissions of its own."""
    needed = PERMISSIONS.get(kind)
    if needed is not None and not holds(needed[which]):
        raise NotAllowed(permission=needed[which], community=community)


def _write(community: str, found: Outcome, now: datetime) -> None:
    if isinstance(found.plan, PlacePlan):
        if found.plan.new:
            places.add_many(community=community, places=found.plan.new, now=now)
        if found.plan.changed:
            places.change_many(community=community, changes=found.plan.changed, now=now)
    elif isinstance(found.plan, DevicePlan):
        if found.plan.new:
            devices.register_many(community=community, devices=found.plan.new, now=now)
        if found.plan.changed:
            devices.change_many(community=community, changes=found.plan.changed, now=now)
    elif found.plan is not None:
        people.write(community=community, plan=found.plan)
