"""What the desk of privacy asks of whoever keeps personal data. A person is named as in the audit
trail: `person:12`, `staff:3`.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from linli.kernel.port import Port
from linli.kernel.words import Words


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """A person whom an account may speak for: himself; or, as his `guardian`, a child under 14 of
    his family, or (`given`) a ward by a right. `child` tells whether the person is under 14
    himself: then only a guardian agrees for him.
    """

    subject: str
    name: str
    guardian: bool = False
    given: bool = False
    child: bool = False


class Guardian(msgspec.Struct, frozen=True, kw_only=True):
    """Who is guardian of somebody, by his account: by a right that was given to him (`given`),
    until then where it ends by itself; or as the family of a child under 14.
    """

    account: int
    name: str
    given: bool = False
    until: datetime | None = None


class Ward(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be given a guardian: until the day he is of age, if he is not yet."""

    name: str
    of_age_on: date | None = None


class HeldField(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is held on a person, as he may read it. `purposes` is what it is kept for. One
    that is `correctable` is put right by `correct`.
    """

    field: str
    name: Words
    grade: str
    purposes: tuple[str, ...]
    value: Words
    correctable: bool = False


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One record that is held on a person, and for how long in words. `record` tells it from others
    of its kind: where it was, when, its number. `purposes` is what such a record is kept for, also
    where a field of it says nothing.
    """

    kind: Words
    record: Words
    fields: Sequence[HeldField]
    kept: Words
    purposes: tuple[str, ...] = ()


whom: Port[[str, int, datetime], Sequence[Own]] = Port("privacy.whom")
"""Asked with a community, an account and the time: whom it may speak for now, itself first."""

guardians: Port[[str, str, datetime], Sequence[Guardian]] = Port("privacy.guardians")
"""Asked with a community, a person and the time: who may speak for him as his guardian."""

ward: Port[[str, str, date], Ward | None] = Port("privacy.ward")
"""Asked with a community, a person and today: who he is, if he is registered with his birthday."""

held: Port[[str, str, int], Sequence[Held]] = Port("privacy.held")
"""Asked with a community, a person and a number: all that is held on him, by whoever holds it, of
each kind of record that comes anew the newest so many.
"""

done: Port[[str, Sequence[str]], Sequence[Words]] = Port("privacy.done")
"""Asked with a community and lines of the trail on what guardians did: what each says, in words. A
line is method and address of a door of the API, and behind it the code of the door that was opened.
"""

withdrawn: Port[[str, str, str, datetime], None] = Port("privacy.withdrawn")
"""Told a community, a person, a purpose and the time, in the transaction of his withdrawal: carry
out what follows from it.
"""

correct: Port[[str, str, str, str, date], None] = Port("privacy.correct")
"""Told a community, a person, a field, what it should be, and today: put it right or refuse."""

obstacles: Port[[str, str, date], Sequence[Words]] = Port("privacy.obstacles")
"""Asked with a community, a person and today: what stands in the way of erasing him."""

erase: Port[[str, str, int, datetime], None] = Port("privacy.erase")
"""Told a community, a person, the account that decided and the time: erase all that is held on him,
in the transaction of the decision.
"""
