"""What visits hold on their host, as he may read it himself."""

from collections.abc import Sequence

from django.conf import settings

from linli.contracts.privacy import Held
from linli.domains.visits import queries
from linli.domains.visits.models import Visit
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import told
from linli.foundation.vault import sealed
from linli.kernel.words import Words

_SHOWN = ("name", "phone", "plate", "why")
_MOST = 100


def held(community: str, subject: str) -> Sequence[Held]:
    """Return what the newest visits to somebody hold, as he wrote them down."""
    kind, _, number = subject.partition(":")
    if kind != "person" or not number.isdecimal():
        return []
    rows = list(Visit.rows.of(community).filter(host=int(number)).order_by("-pk")[:_MOST])
    sealed.open_all(rows, community=community, purpose=queries.PURPOSE)
    return [_held(row) for row in rows]


def _held(row: Visit) -> Held:
    data, days = declared(Visit), settings.VISIT_DAYS
    return Held(
        kind=Words(zh="来访", en="visit"),
        record=f"{row.since:%Y-%m-%d}",
        purposes=(queries.PURPOSE,),
        kept=Words(
            zh=f"来访结束后 {days} 天删除", en=f"deleted {days} days after the visit is over"
        ),
        fields=[told(data[name], value) for name in _SHOWN if (value := str(getattr(row, name)))],
    )
