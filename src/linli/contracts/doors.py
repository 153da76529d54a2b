"""What the rest of the system may know of doors, and what it may ask them. A guest is known here by
the name that who lets him in gives him (`visit:12`); a door by the code of its device.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

import msgspec

from linli.contracts.changes import Change
from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words


class Way(StrEnum):
    """By what a door is opened."""

    CARD = "card"
    SIM = "sim"
    """The chip of a telephone: super-SIM or NFC."""
    QR = "qr"
    PIN = "pin"
    CODE = "code"
    """A code that is good for one guest and a while."""
    FACE = "face"
    BLUETOOTH = "bluetooth"
    PHONE = "phone"
    """One tap on the telephone, from wherever he is."""
    INTERCOM = "intercom"
    """Somebody at home sees who rings, and opens."""
    VOICE = "voice"
    """One word to the loudspeaker at home."""
    STAFF = "staff"
    """Somebody on duty opens for whoever stands there."""


WAYS: dict[Way, Words] = {
    Way.CARD: Words(zh="门禁卡", en="card"),
    Way.SIM: Words(zh="手机卡/NFC", en="super-SIM or NFC"),
    Way.QR: Words(zh="二维码", en="QR code"),
    Way.PIN: Words(zh="密码", en="PIN"),
    Way.CODE: Words(zh="临时码", en="one-time code"),
    Way.FACE: Words(zh="人脸", en="face"),
    Way.BLUETOOTH: Words(zh="蓝牙", en="Bluetooth"),
    Way.PHONE: Words(zh="手机开门", en="telephone"),
    Way.INTERCOM: Words(zh="可视对讲", en="video intercom"),
    Way.VOICE: Words(zh="语音", en="voice"),
    Way.STAFF: Words(zh="值守开门", en="opened by staff"),
}


class PassageDecided(Event, frozen=True, kw_only=True):
    """Somebody wanted to pass, and the door opened or did not; who it was stays in the records.
    `guest` is the name that a guest was given (`visit:12`). `late`: the door decided by itself, and
    told so afterwards: `passed_at` is when it did, by our clock. It is None of one told at once,
    and in older facts.
    """

    passage: int
    door: str
    place: str
    way: str
    direction: str
    opened: bool
    reason: str
    guest: str = ""
    late: bool = False
    passed_at: datetime | None = None


class PassagesTold(Event, frozen=True, kw_only=True):
    """A door told what it had decided by itself while the line was down; times are epoch seconds
    by our clock.
    """

    door: str
    count: int
    opened: int
    first_at: float
    last_at: float


class DuressTold(Event, frozen=True, kw_only=True):
    """Somebody showed at a door the code by which he calls for help: he is made to open it, or was
    to. Nothing is to be heard or seen there.
    """

    passage: int
    door: str
    place: str


class DoorSet(Event, frozen=True, kw_only=True):
    """Somebody (`by`) said how a door is to be kept, and why, with whom else, where that was asked;
    None where its time was over. `changes` is what became otherwise; none in older facts.
    """

    door: str
    by: int | None
    changes: tuple[Change, ...] = ()
    reason: str = ""
    approved_by: int | None = None


class CredentialMoved(Event, frozen=True, kw_only=True):
    """A card, a code or a face was opened, handed over, lost, found, replaced, returned or ended;
    `by` is the account that said so, None where time did.
    """

    credential: int
    way: str
    step: str
    by: int | None


class RightsChanged(Event, frozen=True, kw_only=True):
    """Who may pass changed, up to this version: controllers fetch what is new."""

    version: int


class HouseholdMoved(Event, frozen=True, kw_only=True):
    """A household was let move `in` or `out`: its rights began or ended."""

    household: int
    way: str
    by: int


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of some days: `1` Monday … `7` Sunday, or `working`, `rest`, `all`. Hours that end no
    later than they begin go on past midnight.
    """

    days: str = "all"
    starts: time = time(0)
    ends: time = time(0)


CODE_LASTS = timedelta(seconds=30)
"""So long a QR code is good that changes by itself; half a minute more for the walk to the door."""
PICTURE_LASTS, PICTURE_USES = timedelta(days=1), 2
"""A QR code that is sent as a picture may be looked at by anybody on its way: it is good for a pass
of so long, with so many entries, at most.
"""


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A guest is to be let in: from when until when, through which doors, how often.

    `doors` are codes; none means the way from the gates to `place` and no other. `household` is
    the number of the home to which he comes (None: to none): it stays, whatever the path of its
    room becomes. `host` is the person whose guest he is: nobody lets a guest through a door that he
    may not pass himself; None where staff do (`by`). `uses` counts entries into the estate (0: as
    many as he likes). `with_code` asks for six digits beside the QR code, for doors without a
    camera.
    """

    community: str
    subject: str
    host: int | None
    household: int | None
    place: str
    since: datetime
    until: datetime
    doors: Sequence[str] = ()
    hours: Sequence[Hours] = ()
    uses: int = 0
    with_code: bool = False
    by: int | None
    cause: str
    now: datetime


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """What a guest was given: the text of his QR code of this half minute, his six digits if they
    were asked for, and the doors that he may pass. Both are secrets, and shown to him and his host.
    """

    token: str
    code: str
    doors: Sequence[str]


admit: Port[[Admission], Admitted] = Port("doors.admit")
"""Let a guest in, in the asker's transaction. Asked again for the same subject, what he was given
before is changed to this, and his old code and QR die.
"""


class Leave(msgspec.Struct, frozen=True, kw_only=True):
    """A guest is not to be let in any more."""

    community: str
    subject: str
    by: int | None
    cause: str
    now: datetime


withdraw: Port[[Leave], None] = Port("doors.withdraw")
"""Take back all that a guest was given; twice is once."""


class GuestCode(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a guest's QR code of one half minute."""

    token: str
    since: datetime
    until: datetime


class GuestPass(msgspec.Struct, frozen=True, kw_only=True):
    """What opens doors to a guest: his QR codes, each of its half minute, and his six digits if he
    was given any. Nothing where he is not to be let in any more.
    """

    codes: Sequence[GuestCode] = ()
    digits: str = ""


guest_pass: Port[[str, str, Sequence[datetime], datetime], GuestPass] = Port("doors.guest_pass")
"""Asked with a community, a subject, moments and the time: what opens to him, with the codes of the
half minutes that hold these moments. Codes ahead are for a telephone without a line at the gate;
each opens in its own half minute alone.
"""

guest_picture: Port[[str, str, datetime], str] = Port("doors.guest_picture")
"""Asked with a community, a subject and the time: the text of a QR code that does not change, to be
sent as a picture because the host wants it so; empty where the pass is good for longer or oftener
than `PICTURE_LASTS` and `PICTURE_USES`, or is over.
"""


class DoorBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A door, as others may show it beside their own things."""

    code: str
    name: Words
    kind: str
    place: str


way_to: Port[[str, str], Sequence[DoorBrief]] = Port("doors.way_to")
"""Asked with a community and the path of a home: the doors on the way to it, from the gates."""

doors_of: Port[[str, int, datetime], Sequence[DoorBrief]] = Port("doors.doors_of")
"""Asked with a community, a person and the time: the doors that he may pass now."""


class OpenWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wants a door opened for who stands there: a resident by `person`, or staff by
    `account` alone. `guest` is the name of who is let in, where he has one. `home` is the place of
    the home to which he comes: with the door, its floor is freed for a few minutes at the lifts on
    the way, as far as whoever opens may let him go there. The same `key` twice is one opening.
    """

    community: str
    door: str
    way: Way
    key: str
    person: int | None = None
    account: int | None = None
    guest: str = ""
    home: str = ""
    cause: str
    now: datetime


class OpenTold(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the door was told to open, and why (`reason`, as in the table of decisions).
    `command` is its number in the ledger; empty where it was not told.
    """

    opened: bool
    reason: str
    passage: int
    command: str = ""


open_for: Port[[OpenWanted], OpenTold] = Port("doors.open_for")
"""Have a door opened, in the asker's transaction: by a tap, a word, or the guard."""


class Bearer(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a credential is: a person's or a staff member's number in the register. `code` is the
    same for all spellings of one QR code, and of no other; empty for what is no QR code.
    """

    credential: int
    person: int | None
    staff: int | None
    code: str = ""


bearer_of: Port[[str, str, str, datetime], Bearer | None] = Port("doors.bearer_of")
"""Asked with a community, a way, what was shown, and the time: whose it is, if it is good now; one
card for doors, canteen and wallet. Only what somebody has with him is asked for: a card, a chip, a
QR code; of the last, who pays by it takes each `code` once.
"""

reason: Port[[str], Words] = Port("doors.reason")
"""Asked with why a door opened or did not, as a passage has it: how people read that."""

passer_of: Port[[str, int], int | None] = Port("doors.passer_of")
"""Asked with a community and the number of a passage: the person of the register who passed; None
where it was a guest, staff or nobody known.
"""

barred: Port[[str, Sequence[int], datetime], bool] = Port("doors.barred")
"""Asked with a community, numbers of persons and the time: whether any of them passes no door now.
"""
