"""Consents given at the desk over HTTP."""

from datetime import date
from typing import Literal

from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from linli.foundation.consent.models import How
from linli.foundation.consent.recording import Told
from linli.foundation.consent.schemas import ConsentOut, consent_out
from linli.foundation.identity.guard import Visit, may
from linli.foundation.identity.sensitive import Sensitive
from linli.registry.people import consenting

router = Router(tags=["people"])
_READS = may("consents.record")
_RECORDS = may("consents.record", fresh=Sensitive.PERSONS_WISH)


class DeskConsents(Schema):
    """How a person stands to what is asked at the desk; for a `child` his guardian says it."""

    child: bool
    items: list[ConsentOut]


class DeskConsentIn(Schema):
    """What a person said: on `paper`, of which `sheet` is the number, or `spoken`; today, unless
    `said_on` is another day. `guardian`: his guardian said it, as is needed for a child under 14.
    """

    model_config = ConfigDict(extra="forbid")
    given: bool
    how: Literal["paper", "spoken"]
    sheet: str = Field("", max_length=60)
    said_on: date | None = None
    guardian: bool = False


@router.get("/{community}/people/{int:id}/consents", response=DeskConsents, auth=_READS)
def desk_consents(request: Visit, community: str, id: int) -> object:
    """Tell to what a person agreed of what is asked at the desk, how and when."""
    return _out(consenting.standing(actor=request.auth, person=id, now=timezone.now()))


@router.put("/{community}/people/{int:id}/consents/{purpose}", response=DeskConsents, auth=_RECORDS)
def record_consent(
    request: Visit, community: str, id: int, purpose: str, body: DeskConsentIn
) -> object:
    """Record what a person said at the desk; he sees it on his page, and withdraws it there."""
    now = timezone.now()
    told = Told(
        purpose=purpose,
        given=body.given,
        how=How(body.how),
        sheet=body.sheet,
        said_on=body.said_on or timezone.localdate(now),
        guardian=body.guardian,
    )
    return _out(consenting.record(actor=request.auth, person=id, told=told, now=now))


def _out(found: consenting.Stands) -> dict[str, object]:
    return {"child": found.child, "items": [consent_out(one) for one in found.items]}
