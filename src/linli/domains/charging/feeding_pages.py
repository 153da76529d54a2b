"""What the desk sees of feeders, and of what hangs on each."""

from collections.abc import Sequence

import msgspec

from linli.domains.charging import feeders
from linli.domains.charging.models import Feeder
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import CodePage


class Fed(msgspec.Struct, frozen=True, kw_only=True):
    """A feeder, and the codes of the sites that hang on it, where who asks may look."""

    row: Feeder
    sites: Sequence[str]


def page(*, actor: Actor, wanted: CodePage) -> tuple[list[Fed], str | None]:
    """Return a page of the feeders by code, and the cursor after it."""
    rows, after = feeders.feeders(community=actor.community, wanted=wanted)
    return _fed(actor, rows), after


def one(*, actor: Actor, code: str) -> Fed:
    """Return a feeder.

    :raises feeders.FeederNotFound: if there is none of this code
    """
    row = feeders.feeder(community=actor.community, code=code)
    return _fed(actor, [row])[0]


def _fed(actor: Actor, rows: Sequence[Feeder]) -> list[Fed]:
    ids = [row.pk for row in rows]
    sites = feeders.sites_of(community=actor.community, feeders=ids, seen=actor.places)
    return [
        Fed(row=row, sites=[one.code for one in sites if one.feeder_id == row.pk]) for row in rows
    ]
