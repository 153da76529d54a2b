"""Scenes in shadow: they run as others do, and only tell what they would have done."""

from linli.contracts.effects import ShadowActed, ShadowEnded
from linli.scenes.binding import Anchor, Binding
from linli.scenes.model import AnyStep, Broadcast, Command, Notify, OpenCase
from linli.scenes.naming import effect_id, stem
from linli.scenes.plan import Plan
from linli.scenes.state import Instance, Tip, World
from linli.scenes.story_language import told


def begin(world: World, plan: Plan, inst: Instance, tip: Tip) -> None:
    """Tell what the scene would do; of one that acts for a moment only, that it is over too."""
    inst.alarm = _id(inst, f"shadow/{inst.firings}", tip.cause)
    world.out.append(
        ShadowActed(
            id=inst.alarm,
            at=world.clock,
            community=world.community,
            cause=tip.cause,
            scene=inst.scene,
            device=inst.anchor.name if inst.anchor.device >= 0 else None,
            place=world.wiring.paths[inst.anchor.place],
            severity=plan.scene.severity,
            because=tip.because,
            would=would(plan, world.binding, inst.anchor),
        )
    )
    if plan.momentary:
        end(world, inst, tip)
        inst.alarm = None


def end(world: World, inst: Instance, tip: Tip) -> None:
    """Tell that the scene would have ended."""
    if inst.alarm is None:
        return
    world.out.append(
        ShadowEnded(
            id=_id(inst, f"ended/{inst.alarm}", tip.cause),
            at=world.clock,
            community=world.community,
            cause=tip.cause,
            scene=inst.scene,
            began=inst.alarm,
        )
    )


def would(plan: Plan, binding: Binding, anchor: Anchor) -> list[str]:
    """Return what would be done, in the order of time; a command only if somebody can do it."""
    words = ["alarm raised"] if plan.scene.alarm else []
    for step in plan.scene.do:
        if isinstance(step, Command) and not binding.targets(anchor, step.service, step.where):
            continue
        words.append(told(step.after_s, _phrase(step)) if step.after_s > 0 else _phrase(step))
    return words


def _phrase(step: AnyStep) -> str:
    match step:
        case Command(service=service):
            return service
        case OpenCase():
            return "case opened"
        case Broadcast():
            return "broadcast"
        case Notify(to=to):
            return f"notify {to}"
    return f"mode {step.mode}={step.value}"


def _id(inst: Instance, part: str, cause: str) -> str:
    return effect_id(stem(scene=inst.scene, anchor=inst.anchor.name, part=part), cause)
