"""The engine's state as bytes, and back. Points and devices go by their names, not their order."""

from hashlib import sha256

import msgspec
import numpy as np

from linli.contracts.directory import SceneEntry
from linli.scenes.arbiter import Arbiter, Want
from linli.scenes.faults import BadSnapshot, UnknownSnapshot
from linli.scenes.state import Instance, ModeNow, World
from linli.scenes.timers import Due, Timer
from linli.scenes.windows import thin

VERSION = 1
_COLUMNS = ("value", "time_ms", "heard_at")


class State(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Everything that a later reading may depend on. Columns are little-endian."""

    version: int = VERSION
    clock: float
    points: bytes
    columns: dict[str, bytes]
    quality: bytes
    odd: dict[int, tuple[float, float]]
    codes: list[str]
    fresh: bytes
    seen: bytes
    line_at: dict[str, float]
    live: list[Instance]
    wants: list[Want]
    order: int
    timers: list[Timer]
    modes: list[tuple[str, str, str]]
    modes_since: list[float] = []
    """When each of `modes` was set; a state written before that was known has none."""
    cases: list[tuple[str, str]]
    case_numbers: list[int] = []
    """The number of each of `cases`; a state written before there were any has none."""
    off: list[str] = []
    shadow: list[str] = []
    entries: list[SceneEntry] = []
    """What the register said of scenes: off, in shadow, and texts that are not the catalogue's."""
    shape: tuple[bytes, bytes] = (b"", b"")
    scenes: dict[str, str]
    """A digest of the text of each scene of which there is an instance."""


class _Head(msgspec.Struct):
    version: int


def capture(world: World, arbiter: Arbiter) -> State:
    """Return the state of a world as it stands; nothing in it is shared but the instances."""
    wiring, twin = world.wiring, world.twin
    return State(
        clock=world.clock,
        points=wiring.number.tobytes(),
        columns={name: twin.column(name).tobytes() for name in _COLUMNS},
        quality=bytes(twin.quality),
        odd={wiring.number[slot]: last for slot, last in twin.odd.items()},
        codes=wiring.codes,
        fresh=bytes(world.fresh),
        seen=bytes(world.seen),
        line_at={wiring.codes[device]: at for device, at in world.line_at.items()},
        live=[inst for _, inst in sorted(world.live.items())],
        wants=[want for _, wants in sorted(arbiter.wants.items()) for want in wants],
        order=arbiter.order,
        timers=world.timers.all(),
        modes=[(*at, now.value) for at, now in sorted(world.modes.items())],
        modes_since=[now.since for _, now in sorted(world.modes.items())],
        cases=[(kind, place) for kind, place, _ in sorted(world.cases)],
        case_numbers=[case for _, _, case in sorted(world.cases)],
        scenes={scene: _digest(world, scene) for scene in sorted({key[0] for key in world.live})},
    )


def _digest(world: World, scene: str) -> str:
    return sha256(world.plans[scene].scene.toml.encode()).hexdigest()[:16]


def encode(state: State) -> bytes:
    """Return a state as bytes."""
    return msgspec.msgpack.encode(state)


def decode(data: bytes) -> State:
    """Return the state of a snapshot.

    :raises UnknownSnapshot: if it has another version
    :raises BadSnapshot: if it is none, or damaged
    """
    try:
        version = msgspec.msgpack.decode(data, type=_Head).version
        if version != VERSION:
            raise UnknownSnapshot(found=version, known=VERSION)
        return msgspec.msgpack.decode(data, type=State)
    except msgspec.DecodeError as error:
        raise BadSnapshot(reason=str(error)) from error


def settle(world: World, arbiter: Arbiter, state: State) -> list[Instance]:
    """Put a state into a world whose directory or scenes may have changed.

    Return the instances whose scene, device or place is no more, or whose device is away: the
    caller ends them. Of a scene that was rewritten the instance stays; what it waited for begins
    anew.
    """
    _settle_points(world, state)
    _settle_devices(world, state)
    arbiter.order = state.order
    arbiter.clear()
    for want in state.wants:
        at = world.wiring.device_of_code.get(want.device)
        if at is not None and at not in world.wiring.away:
            _weigh(world, want)
            arbiter.put(want)
    world.timers.clear()
    for timer in state.timers:
        world.timers.set(timer)
    since = state.modes_since or [0.0] * len(state.modes)
    world.modes = {
        (place, mode): ModeNow(value, at)
        for (place, mode, value), at in zip(state.modes, since, strict=True)
    }
    numbers = state.case_numbers or [0] * len(state.cases)
    world.cases = {(*at, case) for at, case in zip(state.cases, numbers, strict=True)}
    return _settle_instances(world, state)


def _weigh(world: World, want: Want) -> None:
    """Let a want weigh what its scene weighs now; the program may have learnt since."""
    plan = world.plans.get(want.scene)
    if plan is not None:
        want.rank, want.safety = plan.rank, plan.safety


def _settle_instances(world: World, state: State) -> list[Instance]:
    world.live.clear()
    orphans = []
    for inst in state.live:
        anchor = world.binding.anchor(inst.anchor.name)
        gone = anchor is None or anchor.device in world.wiring.away
        plan = world.plans.get(inst.scene)
        if anchor is None or gone or plan is None or plan.shadow != inst.shadow:
            orphans.append(inst)
            continue
        if state.scenes[inst.scene] != _digest(world, inst.scene):
            inst.holds, inst.windows, inst.edges, inst.pending = {}, {}, {}, {}
            world.timers.set(Timer(state.clock, Due.JUDGE, inst.scene, anchor.name, -1))
        inst.anchor = anchor
        thin(plan, inst)
        world.live[inst.key] = inst
    return orphans


def _settle_points(world: World, state: State) -> None:
    points = np.frombuffer(state.points, np.uint32)
    slots = world.wiring.slots_of(points)
    kept = slots >= 0
    for name in _COLUMNS:
        world.twin.column(name)[slots[kept]] = np.frombuffer(state.columns[name])[kept]
    world.twin.qualities()[slots[kept]] = np.frombuffer(state.quality, np.uint8)[kept]
    where = dict(zip(points.tolist(), slots.tolist(), strict=True))
    world.twin.odd = {where[one]: last for one, last in state.odd.items() if where[one] >= 0}


def _settle_devices(world: World, state: State) -> None:
    at = world.wiring.device_of_code
    for code, fresh, seen in zip(state.codes, state.fresh, state.seen, strict=True):
        if code in at:
            world.fresh[at[code]], world.seen[at[code]] = fresh, seen
    world.line_at = {at[code]: when for code, when in state.line_at.items() if code in at}
