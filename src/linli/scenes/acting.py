"""Beginning and ending of a scene at a place: its alarm, its steps, and what is undone."""

import math
from typing import TypedDict

from linli.contracts.effects import (
    AlarmCleared,
    AlarmRaised,
    AnyEffect,
    BroadcastWanted,
    CaseWanted,
    ModeWanted,
    NoticeWanted,
)
from linli.kernel.words import Words
from linli.scenes import shadow
from linli.scenes.arbiter import Arbiter, Want
from linli.scenes.model import AnyStep, Broadcast, Command, Notify, OpenCase, SetMode
from linli.scenes.naming import effect_id, stem
from linli.scenes.plan import Plan
from linli.scenes.state import Instance, Tip, World
from linli.scenes.timers import Due, Timer

_NOBODY = Tip("")


def begin(world: World, arbiter: Arbiter, plan: Plan, inst: Instance, tip: Tip) -> None:
    """Act: raise the alarm, take the steps that are due at once, set timers for the others."""
    inst.active = not plan.momentary
    inst.tip, inst.fired_at = tip, world.clock
    inst.holds = {}
    inst.firings += 1
    if plan.shadow:
        shadow.begin(world, plan, inst, tip)
    else:
        _act(world, arbiter, plan, inst, tip)
    if plan.momentary:
        quieten(world, plan, inst)


def _act(world: World, arbiter: Arbiter, plan: Plan, inst: Instance, tip: Tip) -> None:
    if plan.scene.alarm:
        _raise_alarm(world, plan, inst, tip)
    for step in plan.scene.do:
        if step.after_s <= 0:
            take(world, arbiter, plan, inst, step)
            continue
        due = inst.pending[step.number] = world.clock + step.after_s
        world.timers.set(Timer(due, Due.STEP, inst.scene, inst.anchor.name, step.number))


def end(world: World, arbiter: Arbiter, plan: Plan, inst: Instance, tip: Tip) -> None:
    """End: clear the alarm, undo the commands, drop the steps not yet taken."""
    abandon(world, arbiter, inst, tip)
    quieten(world, plan, inst)


def abandon(world: World, arbiter: Arbiter, inst: Instance, tip: Tip) -> None:
    """End what nothing will judge again: its scene, its device or its place is no more."""
    if inst.shadow:
        shadow.end(world, inst, tip)
    elif inst.alarm is not None:
        part = f"cleared/{inst.alarm}"
        world.out.append(
            AlarmCleared(
                id=_id(inst, part, tip.cause),
                at=world.clock,
                community=world.community,
                cause=tip.cause,
                scene=inst.scene,
                alarm=inst.alarm,
            )
        )
    arbiter.release(world, scene=inst.scene, anchor=inst.anchor.name, cause=tip.cause)
    inst.active, inst.alarm = False, None
    inst.pending, inst.holds = {}, {}


def quieten(world: World, plan: Plan, inst: Instance) -> None:
    """Let the instance rest for its cool-down."""
    inst.armed = plan.momentary
    if plan.scene.cooldown_s > 0:
        inst.quiet_until = world.clock + plan.scene.cooldown_s
        timer = Timer(inst.quiet_until, Due.JUDGE, inst.scene, inst.anchor.name, -1)
        world.timers.set(timer)


def _raise_alarm(world: World, plan: Plan, inst: Instance, tip: Tip) -> None:
    inst.alarm = _id(inst, f"alarm/{inst.firings}", tip.cause)
    world.out.append(
        AlarmRaised(
            id=inst.alarm,
            at=world.clock,
            community=world.community,
            cause=tip.cause,
            scene=inst.scene,
            severity=plan.scene.severity,
            device=_device(inst),
            place=world.wiring.paths[inst.anchor.place],
            because=tip.because,
        )
    )


def take(world: World, arbiter: Arbiter, plan: Plan, inst: Instance, step: AnyStep) -> None:
    """Take one step of a scene that acts."""
    if isinstance(step, Command):
        _command(world, arbiter, plan, inst, step)
    else:
        _tell(world, plan, inst, step)


def _command(world: World, arbiter: Arbiter, plan: Plan, inst: Instance, step: Command) -> None:
    tip = inst.tip or _NOBODY
    for target in world.binding.targets(inst.anchor, step.service, step.where):
        device = world.wiring.codes[target]
        want = Want(
            scene=inst.scene,
            anchor=inst.anchor.name,
            part=f"{_part(inst, step)}/{device}",
            device=device,
            service=step.service,
            args=step.args,
            rank=plan.rank,
            since=inst.fired_at,
            safety=plan.safety,
            undo=step.undo,
        )
        arbiter.want(world, want, tip.cause, lasting=not plan.momentary)


class _Common(TypedDict):
    """What every effect of one step shares."""

    id: str
    at: float
    community: str
    cause: str
    scene: str
    place: str


def _tell(
    world: World, plan: Plan, inst: Instance, step: OpenCase | Broadcast | Notify | SetMode
) -> None:
    tip = inst.tip or _NOBODY
    severity = plan.scene.severity
    common = _Common(
        id=_id(inst, _part(inst, step), tip.cause),
        at=world.clock,
        community=world.community,
        cause=tip.cause,
        scene=inst.scene,
        place=world.binding.around(inst.anchor, step.where),
    )
    effect: AnyEffect
    match step:
        case OpenCase(kind=kind, to=to, within_s=within_s):
            effect = CaseWanted(
                **common,
                kind=kind,
                alarm=inst.alarm,
                device=_device(inst),
                severity=severity,
                to=to,
                within_s=within_s,
                because=tip.because,
            )
        case Broadcast(text=text, urgent=urgent):
            effect = BroadcastWanted(**common, text=_filled(text, inst, tip), urgent=urgent)
        case Notify(to=to, text=text, urgent=urgent):
            words = _filled(text, inst, tip)
            effect = NoticeWanted(**common, to=to, text=words, severity=severity, urgent=urgent)
        case SetMode(mode=mode, value=value):
            effect = ModeWanted(**common, mode=mode, value=value)
    world.out.append(effect)


def _part(inst: Instance, step: AnyStep) -> str:
    """Return what tells this step of this firing from the others of one cause."""
    return f"{step.number}/{inst.firings}"


def _id(inst: Instance, part: str, cause: str) -> str:
    return effect_id(stem(scene=inst.scene, anchor=inst.anchor.name, part=part), cause)


def _device(inst: Instance) -> str | None:
    return inst.anchor.name if inst.anchor.device >= 0 else None


def _filled(text: Words, inst: Instance, tip: Tip) -> Words:
    """Return the text with {value}, {limit} and {device} written in.

    {place} stays: the register knows what it is called.
    """
    because = tip.because
    limit = because.limit if because is not None else None
    values = {
        "{value}": "" if because is None or math.isnan(because.value) else f"{because.value:g}",
        "{limit}": "" if limit is None else f"{limit:g}",
        "{device}": because.device if because is not None else (_device(inst) or ""),
    }
    zh, en = text.zh, text.en
    for mark, value in values.items():
        zh, en = zh.replace(mark, value), en.replace(mark, value)
    return Words(zh=zh, en=en)
