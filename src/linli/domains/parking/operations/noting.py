"""That somebody looked at whole plates is on record."""

from collections.abc import Sequence
from datetime import datetime

from linli.domains.parking.logic import plates
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity.queries import Actor

_WORDS = 200


def looked(*, actor: Actor, what: str, whole: Sequence[str], now: datetime) -> None:
    """Note that somebody saw plates whole, as `stay:7`; the trail itself holds them masked."""
    audit.note(
        community=actor.community,
        account=actor.account,
        act=Act.LOOK,
        what=what,
        purpose="vehicles",
        words=" ".join(plates.masked(one) for one in whole)[:_WORDS],
        now=now,
    )
