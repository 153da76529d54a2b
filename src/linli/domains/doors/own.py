"""What doors hold on somebody, as he may read it himself."""

from collections.abc import Sequence

from django.conf import settings

from linli.contracts.doors import WAYS, Way
from linli.contracts.privacy import Held
from linli.domains.doors.models import Credential, Passage
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import told
from linli.foundation.vault import sealed
from linli.kernel.words import Words

_MOST = 100


def held(community: str, subject: str) -> Sequence[Held]:
    """Return the credentials of a person, and how many of his passages are kept."""
    kind, _, number = subject.partition(":")
    if kind != "person" or not number.isdecimal():
        return []
    rows = list(Credential.rows.of(community).filter(person=int(number)).order_by("-pk")[:_MOST])
    sealed.open_all(rows, community=community, purpose="access")
    passages = Passage.rows.of(community).filter(person=int(number)).count()
    found = [_credential(row) for row in rows]
    return [*found, _passages(passages)] if passages else found


def _credential(row: Credential) -> Held:
    datum = declared(Credential)["value"]
    shown = row.value or (row.label or WAYS[Way(row.way)].zh)
    return Held(
        kind=Words(zh="开门凭证", en="what opens doors"),
        record=f"{WAYS[Way(row.way)].zh} #{row.pk}",
        purposes=("face",) if row.way == Way.FACE else ("access",),
        kept=Words(zh="使用期间；注销后号码即抹除", en="while it is used; ended, it is erased"),
        fields=[told(datum, shown, purposes=("face",) if row.way == Way.FACE else None)],
    )


def _passages(count: int) -> Held:
    datum, days = declared(Passage)["person"], settings.PASSAGE_DAYS
    return Held(
        kind=Words(zh="通行记录", en="passages"),
        record=str(count),
        purposes=datum.purposes,
        kept=Words(zh=f"{days} 天后自动删除", en=f"deleted after {days} days"),
        fields=[told(datum, Words(zh=f"{count} 条", en=f"{count} of them"))],
    )
