"""What comes from a department: taken once, told to its case, receipted."""

from datetime import datetime

from django.db import IntegrityError, transaction

from linli.contracts.cases import CaseRemark, remark
from linli.contracts.exchange import MessageCame
from linli.domains.exchange import queries
from linli.domains.exchange.logic import adapters
from linli.domains.exchange.logic.workorder import Unsigned
from linli.domains.exchange.models import Department, Message, MessageState, Way
from linli.domains.exchange.operations import closing
from linli.domains.exchange.ports import Incoming
from linli.foundation import ids, sm3
from linli.foundation.outbox import operations as outbox
from linli.foundation.signing import Shown
from linli.kernel.fault import Fault
from linli.kernel.words import Words


class OtherMessage(Fault):
    """The number was used for another message."""

    key = "exchange.other_message"


class CaseNotTheirs(Fault):
    """A result is of a case that never went to this department."""

    key = "exchange.case_not_theirs"
    status = 422


def take(*, community: str, department: str, shown: Shown, now: datetime) -> bytes:
    """Take a message of a department and return our signed receipt; told again, the same receipt.

    :raises Unsigned: if there is no such department, or it did not sign it just now
    :raises Malformed: if it cannot be read
    :raises OtherMessage: if its number was used for another
    :raises CaseNotTheirs: if it is the result of a case that never went there
    """
    row = queries.by_code(community=community, code=department[:32])
    if row is None:
        raise Unsigned
    line, speaks = queries.line(row), adapters.adapter(row.adapter)
    said = speaks.unpack(line=line, shown=shown, now=now)
    digest = sm3.digest(shown.body)
    try:
        with transaction.atomic():
            taken = _taken(row, said, shown.body.decode(), digest, now)
    except IntegrityError:
        taken = _before(row, said.number)
    if taken.digest != digest:
        raise OtherMessage(number=said.number)
    return speaks.answer(line=line, number=said.number, receipt=taken.receipt)


def _before(row: Department, number: str) -> Message:
    found = queries.of_number(department=row, way=Way.IN, number=number)
    if found is None:
        raise OtherMessage(number=number)
    return found


def _taken(row: Department, said: Incoming, body: str, digest: str, now: datetime) -> Message:
    found = queries.of_number(department=row, way=Way.IN, number=said.number)
    if found is not None:
        return found
    out = queries.case_out(department=row, number=said.case) if said.case else None
    if said.kind == "result" and out is None:
        raise CaseNotTheirs(case=said.case)
    made = Message(
        community=row.community,
        department=row,
        way=Way.IN,
        number=said.number,
        kind=said.kind,
        case=out.case if out else None,
        case_number=said.case if out else "",
        subject=out.subject if out else "",
        digest=digest,
        state=MessageState.TAKEN,
        receipt=ids.new()[:16],
        fact=ids.new(),
        done_at=now,
        at=now,
    )
    closing.seal(row=made, body=body, now=now)
    made.save(force_insert=True)
    fact = MessageCame(
        id=made.fact,
        at=now,
        community=row.community,
        cause=out.fact if out and out.fact else None,
        department=row.pk,
        message=made.pk,
        kind=said.kind,
        case=made.case,
    )
    if made.case is not None:
        words = " ".join(part for part in (said.state, said.title, said.text) if part)
        note = Words(zh=f"{row.name.zh}：{words}", en=f"{row.name.en}: {words}")
        remark(CaseRemark(case=made.case, step="came_back", fact=fact, note=note))
    outbox.record(fact)
    return made
