"""Requests that take a second person, as they travel over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict

from linli.contracts.approvals import KINDS
from linli.foundation.approvals.models import Approval, State
from linli.foundation.identity.models import Account
from linli.foundation.shapes import Person, TwoLanguages
from linli.kernel.words import Words


class ApprovalOut(Schema):
    """`state` is waiting, approved, refused, withdrawn, changed or lapsed. `request` is what
    exactly is asked; `digest` says what was read: it is sent with the decision. `used_at`: when its
    asker used it. `beside`: what who may let it pass is told more while it waits, as a name.
    """

    id: int
    kind: str
    kind_name: TwoLanguages
    about: str
    words: TwoLanguages
    request: dict[str, Any]
    reason: str
    digest: str
    state: str
    asked_by: Person
    asked_at: datetime
    until: datetime
    decided_by: Person | None
    decided_at: datetime | None
    decision: str
    used_at: datetime | None
    beside: list[TwoLanguages]


class Approvals(Schema):
    """`decides` are the kinds that the reader may let pass."""

    items: list[ApprovalOut]
    next: int | None
    decides: list[str]


class ApprovalDecision(Schema):
    model_config = ConfigDict(extra="forbid")
    digest: str = Field(max_length=64)
    reason: str = Field("", max_length=300)


def approval_out(row: Approval, now: datetime, beside: Sequence[Words] = ()) -> dict[str, object]:
    """Return a request as it is shown at a time."""
    kind = KINDS[row.kind]
    lapsed = row.state == State.WAITING and not row.waits(now)
    return {
        "id": row.pk,
        "kind": row.kind,
        "kind_name": {"zh": kind.name.zh, "en": kind.name.en},
        "about": row.about,
        "words": {"zh": row.words_zh, "en": row.words_en or row.words_zh},
        "request": row.request,
        "reason": row.reason,
        "digest": row.digest,
        "state": "lapsed" if lapsed else row.state,
        "asked_by": _person(row.asked_by),
        "asked_at": row.asked_at,
        "until": row.until,
        "decided_by": _person(row.decided_by) if row.decided_by else None,
        "decided_at": row.decided_at,
        "decision": row.decision,
        "used_at": row.used_at,
        "beside": [{"zh": one.zh, "en": one.en} for one in beside],
    }


def _person(account: Account) -> dict[str, object]:
    return {"id": account.pk, "name": account.name}
