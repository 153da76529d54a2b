"""What the live half tells the record half: each an entry of a batch in the EFFECTS stream.

Times are epoch seconds (UTC). `id` follows from scene and cause (`kernel.ids.effect`), so an effect
told twice is the same effect. `cause` is the id of what made it: a reading (`r:<point>:<ms>`), an
event, or another effect. `because` says it for people.
"""

from enum import StrEnum

import msgspec

from linli.kernel.words import Words


class Severity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"


class Effect(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The part every effect shares. `scene` is empty where no scene had a hand in it.

    Effects hold plain values alone, so none is part of a ring: the collector need not look.
    """

    id: str
    at: float
    community: str
    cause: str
    scene: str = ""


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """The reading that tipped it: device code, property, value, and the limit it met, if one."""

    device: str
    point: str
    value: float
    limit: float | None = None


class CommandIssued(Effect, frozen=True, kw_only=True):
    """A device is to do something. Its id is the command id on the wire, resends included."""

    device: str
    service: str
    args: dict[str, float | str | bool] = {}
    expires_at: float
    safety: bool = False
    undoes: str | None = None
    """The command of which this is the inverse, given at clear."""


class CommandSent(Effect, frozen=True, kw_only=True):
    command: str
    attempt: int


class CommandAcknowledged(Effect, frozen=True, kw_only=True):
    command: str


class CommandFailed(Effect, frozen=True, kw_only=True):
    """The device refused, or the driver could not say it: `reason` is the key of a fault."""

    command: str
    reason: str


class CommandExpired(Effect, frozen=True, kw_only=True):
    command: str


class CommandOverruled(Effect, frozen=True, kw_only=True):
    """Two scenes wanted one actuator opposite ways; this one lost, and is told to whom."""

    device: str
    service: str
    winner_scene: str
    winner_command: str


class AlarmRaised(Effect, frozen=True, kw_only=True):
    """A scene found trouble. One is active for each (scene, device), or (scene, place)."""

    severity: Severity
    device: str | None
    place: str
    because: Because | None = None


class AlarmCleared(Effect, frozen=True, kw_only=True):
    """The trouble has gone. `alarm` is the id of the AlarmRaised."""

    alarm: str


class CaseWanted(Effect, frozen=True, kw_only=True):
    """A person must deal with it."""

    kind: str
    alarm: str | None
    place: str
    device: str | None
    severity: Severity
    to: str
    """Whom: a skill, as `engineer`, or a role, as `guard`; empty leaves it to the kind of case."""
    within_s: float | None = None
    because: Because | None = None


class BroadcastWanted(Effect, frozen=True, kw_only=True):
    """Words to be heard in a place."""

    place: str
    text: Words
    urgent: bool = False


class NoticeWanted(Effect, frozen=True, kw_only=True):
    """Words to be read by people of a role near a place; to the `household`, by the grown-ups who
    live there. `urgent`: their telephones ring in their quiet hours too.
    """

    to: str
    place: str
    text: Words
    severity: Severity = Severity.INFO
    urgent: bool = False


class ModeWanted(Effect, frozen=True, kw_only=True):
    """A mode of a place changes: `home` to `away`, `lighting` to `night`."""

    place: str
    mode: str
    value: str


class ShadowActed(Effect, frozen=True, kw_only=True):
    """A scene in shadow would have acted; nothing was done. `would` in the words of stories:
    `fan.on`, `alarm raised`, `case opened`; of a later step with its delay, `5m case opened`.
    """

    device: str | None
    place: str
    severity: Severity
    because: Because | None = None
    would: list[str] = []


class ShadowEnded(Effect, frozen=True, kw_only=True):
    """It would have ended. `began` is the id of the ShadowActed."""

    began: str


class DeviceSeen(Effect, frozen=True, kw_only=True):
    """A device came on line, or went off it (`online` false); `reason`: will, silent, closed."""

    device: str
    online: bool
    reason: str = ""


class ReadingsRefused(Effect, frozen=True, kw_only=True):
    """Readings not taken, or taken with a flag: counted by device and reason since the last.

    `device` may be a code nobody registered; `sample` is a short, harmless piece of what came.
    """

    device: str
    reason: str
    count: int
    taken: bool
    sample: str = ""


class StrangerHeard(Effect, frozen=True, kw_only=True):
    """Somebody who is not in the register spoke on a line. `about` says what he told of himself:
    `model`, `name`, `serial`, `vendor`.
    """

    line: str
    address: str
    about: dict[str, str] = {}
    sample: str = ""


class SoftwareTold(Effect, frozen=True, kw_only=True):
    """A device told which firmware or configuration it has, or how far an update is (`status`)."""

    device: str
    firmware: str = ""
    configuration: str = ""
    status: str = ""


AnyEffect = (
    CommandIssued
    | CommandSent
    | CommandAcknowledged
    | CommandFailed
    | CommandExpired
    | CommandOverruled
    | AlarmRaised
    | AlarmCleared
    | CaseWanted
    | BroadcastWanted
    | NoticeWanted
    | ModeWanted
    | ShadowActed
    | ShadowEnded
    | DeviceSeen
    | ReadingsRefused
    | StrangerHeard
    | SoftwareTold
)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[AnyEffect])


def encode(effects: list[AnyEffect]) -> bytes:
    """Return one message of the EFFECTS stream."""
    return _encoder.encode(effects)


def decode(message: bytes) -> list[AnyEffect]:
    """Return the effects of one message.

    :raises msgspec.DecodeError: if it is not such a message
    """
    return _decoder.decode(message)
