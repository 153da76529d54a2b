"""Cases sent to departments: laid down, carried, tried again, given up, sent once more."""

import logging
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.cases import CaseRemark, CaseTold, case_told, remark, reporter_of
from linli.contracts.exchange import CaseSentOut, MessageFailed, MessageSentAgain, MessageTaken
from linli.domains.exchange import queries
from linli.domains.exchange.logic import adapters, authorising, fields
from linli.domains.exchange.models import Department, Message, MessageState, Way
from linli.domains.exchange.operations import closing, comparing
from linli.domains.exchange.ports import Receipt
from linli.foundation import ids, sm3
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.foundation.sending import Letter, Reply, next_try
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.people import holdings

log = logging.getLogger("linli.exchange")

ENOUGH_BYTES = 2 * 1024 * 1024
"""So much of a receipt is read: the lists of a day with some 18,000 messages."""
_LONGEST_REASON = 300
_AT_ONCE = 100
_STOPPED = {"authorisation withdrawn": "授权已撤回", "authorisation over": "授权已失效"}
"""Why a message of ours was stopped, in Chinese; what departments say stays as it came."""


class NoSuchCase(Fault):
    key = "exchange.no_such_case"
    status = 404


class NotForThem(Fault):
    """The department takes no cases of this kind from us, or nothing goes there now."""

    key = "exchange.not_for_them"


class NotAgain(Fault):
    """Only what failed or was refused is sent once more."""

    key = "exchange.not_again"


class BodyGone(Fault):
    """Whom it was about is erased: there is nothing left to send."""

    key = "exchange.body_gone"
    status = 410


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What of a person goes with a case, by the authorisation that lets it."""

    authorisation: int
    subject: str
    what_for: str
    until: datetime
    values: dict[str, str]


def send(
    *, actor: Actor, department: int, case: int, carried: Carried | None = None, now: datetime
) -> Message:
    """Hand a case to a department. Sent twice it is one message, whatever became of the first.

    :raises DepartmentNotFound, NoSuchCase: if there is none
    :raises NotForThem: if cases of this kind do not go there, or nothing does
    """
    try:
        with transaction.atomic():
            return _send(actor, department, case, carried, now)
    except IntegrityError:
        row = queries.department(community=actor.community, id=department)
        found = queries.of_case(department=row, case=case)
        if found is None:
            raise
        return found


def sent_before(*, community: str, department: int, case: int) -> Message | None:
    """Return the message by which a case went to a department, if it did.

    :raises DepartmentNotFound: if there is no such department
    """
    row = queries.department(community=community, id=department)
    return queries.of_case(department=row, case=case)


def _send(
    actor: Actor, department: int, case: int, carried: Carried | None, now: datetime
) -> Message:
    row = queries.department(community=actor.community, id=department)
    told = case_told(actor.community, case)
    if told is None:
        raise NoSuchCase(case=case)
    found = queries.of_case(department=row, case=case)
    if found is not None:
        return found
    if not row.open or (row.kinds and told.kind not in row.kinds):
        raise NotForThem(department=row.name_zh, kind=told.kind_name.zh)
    subject = carried.subject if carried else _subject(actor.community, case)
    made = _laid(row, told, subject, carried, now)
    made.by_id = actor.account
    made.save(force_insert=True)
    fact = CaseSentOut(
        id=made.fact,
        at=now,
        community=row.community,
        cause=told.cause or None,
        department=row.pk,
        message=made.pk,
        case=told.id,
        place=told.place,
        by=actor.account,
        authorisation=made.authorisation_id,
    )
    named = [fields.OFFERED[name][0] for name in row.fields]
    named += [fields.PERSONAL[name] for name in (carried.values if carried else ())]
    said, said_en = "、".join(one.zh for one in named), ", ".join(one.en for one in named)
    note = Words(zh=f"转往{row.name.zh}，带去：{said}", en=f"goes to {row.name.en} with: {said_en}")
    remark(
        CaseRemark(
            case=told.id,
            step="sent_out",
            fact=fact,
            note=note,
            by=actor.account,
            by_name=actor.name,
        )
    )
    outbox.record(fact)
    return made


def _subject(community: str, case: int) -> str:
    """Return who of the register reported a case; empty if nobody of it did."""
    account = reporter_of(community, case)
    if account is None:
        return ""
    return holdings.person_of(community, account)


def _laid(
    row: Department, told: CaseTold, subject: str, carried: Carried | None, now: datetime
) -> Message:
    """Return the message of a case. Here, and nowhere else, it is made what leaves."""
    number = ids.new()
    said: dict[str, object] = {
        "number": number,
        "kind": "case",
        "case": fields.leaving(case=told, fields=row.fields),
    }
    if carried is not None:
        said["person"] = carried.values
        said["authorisation"] = {
            "number": carried.authorisation,
            "for": carried.what_for,
            "until": carried.until.isoformat(),
        }
    made = _waiting(row, kind="case", number=number, said=said, now=now, told=told, subject=subject)
    made.authorisation_id = carried.authorisation if carried else None
    return made


def _waiting(
    row: Department,
    *,
    kind: str,
    number: str,
    said: object,
    now: datetime,
    told: CaseTold | None = None,
    subject: str = "",
) -> Message:
    body = msgspec.json.encode(said)
    made = Message(
        community=row.community,
        department=row,
        way=Way.OUT,
        number=number,
        kind=kind,
        case=told.id if told else None,
        case_number=told.number if told else "",
        subject=subject,
        digest=sm3.digest(body),
        state=MessageState.WAITING,
        next_at=now,
        fact=ids.new(),
        at=now,
    )
    closing.seal(row=made, body=body.decode(), now=now)
    return made


@transaction.atomic
def again(*, actor: Actor, message: int, now: datetime) -> Message:
    """Send once more what failed or was refused, under its own number.

    :raises MessageNotFound: if there is none of this number
    :raises NotAgain: if it waits, or was taken
    :raises BodyGone: if whom it was about is erased
    :raises authorising.Over: if what lets it go was withdrawn, or has expired
    """
    row = queries.message(community=actor.community, id=message, lock=True)
    if row.way != Way.OUT or row.state not in {MessageState.FAILED, MessageState.REFUSED}:
        raise NotAgain(state=row.state)
    if not row.body_sealed:
        raise BodyGone
    _check_stands(row, now)
    _wait(row, now)
    fact = MessageSentAgain(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.fact or None,
        department=row.department_id,
        message=row.pk,
        by=actor.account,
    )
    outbox.record(fact)
    row.fact = fact.id
    row.save()
    return row


def _check_stands(row: Message, now: datetime) -> None:
    if row.authorisation is not None and not queries.stands(row, now):
        limits = queries.limits(row.authorisation)
        raise authorising.Over(state=authorising.state(limits=limits, now=now).value)


def _wait(row: Message, now: datetime) -> None:
    row.state, row.tries, row.first_at, row.next_at = MessageState.WAITING, 0, None, now
    row.status, row.done_at, row.reason = None, None, ""


def ask_comparison(*, department: Department, day: str, said: object, now: datetime) -> None:
    """Ask a department for its list of a day; asked twice it is asked once."""
    number = f"comparison-{day}"
    if queries.of_number(department=department, way=Way.OUT, number=number) is None:
        _waiting(department, kind="comparison", number=number, said=said, now=now).save()


def letters(*, most: int, busy: list[int], now: datetime) -> list[Letter]:
    """Return what is to be sent now: to each department the first case and the first question that
    wait, unless one such is on its way there (`busy`). What waits under an authorisation that is
    over does not go.
    """
    for community, number in queries.lapsed(now=now, most=_AT_ONCE):
        _lapse(community, number, now)
    return [_letter(row, now) for row in queries.due(now=now, most=most, busy=busy)]


@transaction.atomic
def _lapse(community: str, number: int, now: datetime) -> None:
    row = queries.message(community=community, id=number, lock=True)
    if row.state == MessageState.WAITING:
        stop(row=row, reason="authorisation over", now=now)


def stop(*, row: Message, reason: str, now: datetime) -> None:
    """Let a message that waits go no more; the row is locked."""
    row.reason = reason
    _failed(row, now, MessageState.FAILED)
    row.save()


def _letter(row: Message, now: datetime) -> Letter:
    queries.opened([row])
    packed = adapters.adapter(row.department.adapter).pack(
        line=queries.line(row.department),
        kind=row.kind,
        body=row.body.encode(),
        at=now,
        nonce=ids.new(),
    )
    return Letter(
        delivery=row.pk,
        community=row.community,
        line=queries.line_of(row),
        url=packed.url,
        headers=packed.headers,
        body=packed.body,
    )


@transaction.atomic
def sent(*, letter: Letter, reply: Reply, now: datetime) -> None:
    """Write down what came of a message: taken, refused for good, to be tried again, or given up
    after a day; then a person may send it once more. A reply with which nothing can be done is a
    failed try.
    """
    row = queries.message(community=letter.community, id=letter.delivery, lock=True)
    if row.state != MessageState.WAITING:
        return
    try:
        with transaction.atomic():
            _settle(row, reply, _receipt(row, reply), now)
    except Exception:  # whatever a stranger's answer does to us, the next try is laid down
        log.exception("message %s: a reply could not be settled", letter.delivery)
        row = queries.message(community=letter.community, id=letter.delivery, lock=True)
        _settle(row, reply, Receipt(reason="unreadable receipt"), now)


def _receipt(row: Message, reply: Reply) -> Receipt:
    speaks = adapters.adapter(row.department.adapter)
    return speaks.receipt(line=queries.line(row.department), number=row.number, reply=reply)


def _settle(row: Message, reply: Reply, receipt: Receipt, now: datetime) -> None:
    row.tries, row.status = row.tries + 1, reply.status
    row.reason = receipt.reason[:_LONGEST_REASON]
    row.first_at = row.first_at or now
    if receipt.taken:
        _taken(row, receipt, now)
    elif receipt.refused:
        _failed(row, now, MessageState.REFUSED)
    else:
        row.next_at = next_try(tries=row.tries, first_at=row.first_at, now=now)
        if row.next_at is None:
            _failed(row, now, MessageState.FAILED)
    row.save()


def _taken(row: Message, receipt: Receipt, now: datetime) -> None:
    row.state, row.receipt, row.done_at = MessageState.TAKEN, receipt.number, now
    if row.kind == "comparison":
        missing = comparing.settle(message=row, receipt=receipt, now=now)
        if missing:
            _ask_for(row.department, missing, now)
    if row.kind == "case":
        recorded_taken(row=row, now=now)


def recorded_taken(*, row: Message, now: datetime) -> None:
    """Record that a case arrived there; the row is saved by who calls."""
    fact = MessageTaken(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.fact or None,
        department=row.department_id,
        message=row.pk,
        receipt=row.receipt,
    )
    if row.case is not None:
        name = row.department.name
        note = Words(
            zh=f"{name.zh}已签收，回执 {row.receipt or '无'}",
            en=f"{name.en} has taken it, receipt {row.receipt or 'none'}",
        )
        remark(CaseRemark(case=row.case, step="taken_there", fact=fact, note=note))
    outbox.record(fact)
    row.fact = fact.id


def _ask_for(department: Department, numbers: list[str], now: datetime) -> None:
    """Ask a department to send again what it says that it sent and we do not have."""
    number = ids.new()
    said = {"number": number, "kind": "resend", "numbers": numbers}
    _waiting(department, kind="resend", number=number, said=said, now=now).save()


def _failed(row: Message, now: datetime, state: MessageState) -> None:
    row.state, row.done_at = state, now
    fact = MessageFailed(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.fact or None,
        department=row.department_id,
        message=row.pk,
        refused=state is MessageState.REFUSED,
        reason=row.reason,
    )
    if row.case is not None:
        name = row.department.name
        note = Words(
            zh=f"没有送到{name.zh}：{_STOPPED.get(row.reason, row.reason)}",
            en=f"did not reach {name.en}: {row.reason}",
        )
        remark(CaseRemark(case=row.case, step="not_taken", fact=fact, note=note))
    outbox.record(fact)
    row.fact = fact.id
