"""Who is to live in a household, or to leave it, told to the second person: he must know who that
is, as far as he may know people by name, and that he was told is remembered.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from linli.contracts.approvals import Reader
from linli.domains.doors.queries import leaving, newcomers
from linli.domains.doors.queries.newcomers import Namesake
from linli.kernel.words import Words
from linli.registry.people import looking, planning
from linli.registry.people.words import RELATIONS

_NOBODY = Words(zh="登记中没有同名的人。", en="Nobody of this name is registered.")
_GONE = Words(zh="他已不在这里登记。", en="He is registered here no more.")


def who_joins(
    reader: Reader, wanted: Sequence[str], now: datetime
) -> Mapping[str, Sequence[Words]]:
    """Return what is told beside requests (`newcomers.about`): his name, and who of the same name
    is in the register, where he lives, and whether he is barred here. Who may not know people by
    name is told the first sign of the name, and no home.
    """
    named = newcomers.names(community=reader.community, wanted=wanted)
    same = newcomers.namesakes(community=reader.community, names=named.values(), now=now)
    people = [planning.subject_of(one.person) for rows in same.values() for one in rows]
    looking.remember_asked(reader=reader, whats=[*named, *people], now=now)
    return {
        one: [
            _named(looking.as_asked(reader=reader, name=name)),
            *([_same(row, reader.names) for row in same.get(name, ())] or [_NOBODY]),
        ]
        for one, name in named.items()
    }


def who_leaves(
    reader: Reader, wanted: Sequence[str], now: datetime
) -> Mapping[str, Sequence[Words]]:
    """Return what is told beside requests (`leaving.about`): his name, and as what he lives there;
    of who was taken out of the register meanwhile, that he is not in it.
    """
    found = leaving.of(community=reader.community, wanted=wanted)
    people = [row.person for row in found.values()]
    names = looking.at_asked(reader=reader, people=people, now=now)
    said = {one: _leaves(names[row.person_id], row.relation) for one, row in found.items()}
    return {one: [said.get(one, _GONE)] for one in wanted}


def _named(name: str) -> Words:
    return Words(zh=f"姓名：{name}", en=f"Name: {name}")


def _leaves(name: str, relation: str) -> Words:
    zh, en = RELATIONS[relation]
    return Words(zh=f"姓名：{name}（{zh}）", en=f"Name: {name} ({en})")


def _same(row: Namesake, homes: bool) -> Words:
    zh = f"登记中有同名的人：{row.person.pk} 号"
    en = f"Of the same name is registered: person {row.person.pk}"
    if homes:
        zh += f"，{row.home.zh}" if row.home else "，名下没有房屋"
        en += f", {row.home.en}" if row.home else ", of no home"
    return Words(
        zh=zh + ("，已被禁止通行" if row.barred else ""),
        en=en + (", barred from the doors" if row.barred else ""),
    )
