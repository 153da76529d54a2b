"""Who is to belong to a household no more, as the desk that confirms it must know him."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from linli.contracts.approvals import Reader
from linli.kernel.words import Words
from linli.registry.people import looking
from linli.registry.people.models import Membership
from linli.registry.people.words import RELATIONS

_ABOUT = "membership:"
_NOBODY = Words(zh="他已不在这里登记。", en="He is registered here no more.")


def about(membership: int) -> str:
    """Return how a request names a membership that is to end."""
    return f"{_ABOUT}{membership}"


def told(reader: Reader, wanted: Sequence[str], now: datetime) -> Mapping[str, Sequence[Words]]:
    """Return what is told beside requests (`about`): his name, as far as the reader may know it,
    and as what he lives there; of who was taken out of the register meanwhile, that he is not in
    it. That he was told of somebody is remembered.
    """
    rows = Membership.rows.of(reader.community).filter(
        pk__in=[int(one.removeprefix(_ABOUT)) for one in wanted], person__erased_at=None
    )
    found = {}
    for row in rows.select_related("person"):
        name = looking.at_asked(reader=reader, person=row.person, now=now)
        found[about(row.pk)] = _one(name, row.relation)
    return {one: [found.get(one, _NOBODY)] for one in wanted}


def _one(name: str, relation: str) -> Words:
    zh, en = RELATIONS[relation]
    return Words(zh=f"姓名：{name}（{zh}）", en=f"Name: {name} ({en})")
