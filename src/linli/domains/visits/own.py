"""What visits hold on their host, as he may read it himself."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.conf import settings
from django.db.models import Max, Q
from django.utils import timezone

from linli.contracts.privacy import Held
from linli.domains.visits import queries
from linli.domains.visits.models import Call, Visit
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import moment, row_told, told
from linli.foundation.vault import sealed
from linli.kernel.words import Words, alike
from linli.registry.people.homes import lives
from linli.registry.people.models import Membership

_SHOWN = ("name", "phone", "plate", "why")


def held(community: str, subject: str, most: int) -> Sequence[Held]:
    """Return what visits to somebody hold, as he wrote them down, and who rang at his home: of each
    the newest, `most` at most.
    """
    kind, _, number = subject.partition(":")
    if kind != "person" or not number.isdecimal():
        return []
    rows = list(Visit.rows.of(community).filter(host=int(number)).order_by("-pk")[:most])
    sealed.open_all(rows, community=community, purpose=queries.PURPOSE)
    today = timezone.localdate()  # nobody who asks hands in a day
    return [*map(_held, rows), *_rang(community, int(number), most, today)]


def _rang(community: str, person: int, most: int, today: date) -> Iterator[Held]:
    """Yield who rang where somebody lives, since he has: what was before is another's, as is what
    rings at a home that he has let. Where it is not known since when, it is what came after who
    moved out of there last.
    """
    mine = Membership.rows.of(community).filter(lives(today), person=person)
    whose = Q(pk__in=[])
    for home, since in mine.values_list("household", "since"):
        begun = since or _last_left(community, home, today)
        whose |= Q(household=home, **({"rang_at__date__gte": begun} if begun else {}))
    for row in Call.rows.of(community).filter(whose).order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="门口呼叫", en="call from a door"), record=moment(row.rang_at),
            kept=_for_days(), said={"room": row.door},
            names={"room": Words(zh="从哪个门", en="from which door")},
        )  # fmt: skip


def _last_left(community: str, home: int, today: date) -> date | None:
    """Return the day since which nobody of before lives in a home; None where nobody moved out."""
    rows = Membership.rows.of(community).filter(household=home, until__lte=today)
    last: date | None = rows.aggregate(last=Max("until"))["last"]
    return last


def _for_days() -> Words:
    days = settings.VISIT_DAYS
    return Words(zh=f"{days} 天后删除", en=f"deleted after {days} days")


def _held(row: Visit) -> Held:
    data, days = declared(Visit), settings.VISIT_DAYS
    return Held(
        kind=Words(zh="来访", en="visit"),
        record=alike(f"{row.since:%Y-%m-%d}"),
        purposes=(queries.PURPOSE,),
        kept=Words(
            zh=f"来访结束后 {days} 天删除", en=f"deleted {days} days after the visit is over"
        ),
        fields=[told(data[name], value) for name in _SHOWN if (value := str(getattr(row, name)))],
    )
