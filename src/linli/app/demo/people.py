"""Who lives in 和睦里: households by room, with the cars and the special groups, from a seed."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from linli.app.demo import names
from linli.app.demo.layout import BUILDINGS

TODAY = date(2026, 10, 1)
"""The day on which the community was written down. Ages follow from it."""

_VACANT, _RENTED = 0.06, 0.18
_PEOPLE_WEIGHTS = ((1, 18), (2, 27), (3, 33), (4, 15), (5, 7))


class Resident(NamedTuple):
    """A person; `relation` is what they are to the household."""

    code: str
    name: str
    sex: str
    born_on: date
    id_number: str
    phone: str
    relation: str
    groups: tuple[str, ...] = ()


class Car(NamedTuple):
    """A vehicle of a household; `kind` and `colour` are the register's words."""

    plate: str
    colour: str
    kind: str
    parking: str
    garage: str


class Home(NamedTuple):
    """A household: the path of its room, how it is used, who lives there and what they drive."""

    room: str
    occupancy: str
    moved_in_on: date | None
    people: tuple[Resident, ...]
    cars: tuple[Car, ...]

    @property
    def lone_elder(self) -> bool:
        """Whether one old person lives here alone."""
        return any("lone_elder" in person.groups for person in self.people)


class _Makes:
    """Makes homes, with numbers that no two share."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"homes {seed}")  # noqa: S311 - invented people, not secrets
        self._people = 0
        self._cars = 0
        self._born: dict[tuple[date, str], int] = {}

    def home(self, room: str, garage: str) -> Home:
        chance = self._random.random()
        if chance < _VACANT:
            return Home(room, "vacant", None, (), ())
        rented = chance < _VACANT + _RENTED
        moved_in = TODAY - timedelta(days=self._random.randint(30, 5500))
        people = tuple(self._people_of("tenant" if rented else "owner"))
        return Home(
            room=room,
            occupancy="rented" if rented else "owner",
            moved_in_on=moved_in,
            people=people,
            cars=tuple(self._cars_of(len(people), garage)),
        )

    def _people_of(self, relation: str) -> Iterator[Resident]:
        sizes, weights = zip(*_PEOPLE_WEIGHTS, strict=True)
        count = self._random.choices(sizes, weights)[0]
        family = names.surname(self._random)
        ages = self._ages(count)
        for n, age in enumerate(ages):
            sex = "MF"[n % 2] if n < 2 else self._random.choice("MF")  # noqa: PLR2004 - a couple
            shared = n == 0 or n > 1
            own = family if shared else names.surname(self._random)
            alone = count == 1 and age >= 70  # noqa: PLR2004 - years
            yield self._resident(own, sex, age, relation if n == 0 else "family", alone)

    def _ages(self, count: int) -> list[int]:
        first = self._random.choices((28, 45, 68, 80), (35, 38, 19, 8))[0] + self._random.randint(
            -5, 7
        )
        if count == 1:
            return [first]
        ages = [first, max(20, first + self._random.randint(-5, 3))]
        while len(ages) < count:
            child = first - self._random.randint(25, 34)
            elder = first + self._random.randint(24, 32)
            ages.append(child if 0 <= child < 26 or elder > 95 else elder)  # noqa: PLR2004 - years
        return [max(0, age) for age in ages]

    def _resident(self, family: str, sex: str, age: int, relation: str, alone: bool) -> Resident:
        born_on = TODAY - timedelta(days=age * 365 + self._random.randint(1, 364))
        serial = self._born.get((born_on, sex), 0)
        self._born[born_on, sex] = serial + 1
        self._people += 1
        return Resident(
            code=f"p{self._people:05d}",
            name=names.name(self._random, family=family, sex=sex),
            sex=sex,
            born_on=born_on,
            id_number=names.id_number(born_on=born_on, sex=sex, serial=serial),
            phone=names.phone(self._people) if age >= 12 else "",  # noqa: PLR2004 - years
            relation=relation,
            groups=tuple(self._groups(age, alone)),
        )

    def _groups(self, age: int, alone: bool) -> Iterator[str]:
        if alone:
            yield "lone_elder"
        for group, share, oldest in (
            ("disabled", 0.02, 120),
            ("child_at_risk", 0.01, 14),
            ("low_income", 0.012, 120),
            ("veteran", 0.015 if age > 25 else 0, 120),  # noqa: PLR2004 - years
            ("party_member", 0.05 if age > 22 else 0, 120),  # noqa: PLR2004 - years
        ):
            if age <= oldest and self._random.random() < share:
                yield self._health(age) if group == "disabled" else group

    def _health(self, age: int) -> str:
        """Return which of the groups that tell of health somebody is in."""
        if age < 65:  # noqa: PLR2004 - years
            return ("disabled", "severe_illness")[self._people % 4 == 0]
        return ("frail", "dementia", "disabled")[self._people % 3]

    def _cars_of(self, people: int, garage: str) -> Iterator[Car]:
        for share in (0.62, 0.14):
            if people > 1 and self._random.random() < share:
                self._cars += 1
                electric = self._random.random() < 0.3  # noqa: PLR2004 - a share
                yield Car(
                    plate=names.plate(self._cars, electric=electric),
                    colour="green" if electric else "blue",
                    kind="car",
                    parking=f"{garage[-2:].upper()}-{self._cars:04d}",
                    garage=garage,
                )


def homes(seed: int) -> list[Home]:
    """Return the 2,000 households, building by building."""
    makes = _Makes(seed)
    return [
        makes.home(
            f"{building.path}/u{unit}/f{floor:02d}/{floor}{number:02d}",
            "hml/g1" if building.number <= 12 else "hml/g2",  # noqa: PLR2004 - the southern rows
        )
        for building in BUILDINGS
        for unit in range(1, building.units + 1)
        for floor in range(1, building.floors + 1)
        for number in range(1, building.rooms + 1)
    ]
