"""Whether a scene touches life safety: such a scene is changed by two persons, not by one."""

from collections.abc import Iterator, Mapping

from linli.contracts.effects import Severity
from linli.contracts.things import ThingModel
from linli.scenes.model import Command, OpenCase, Scene


def touches_life(scene: Scene, models: Mapping[str, ThingModel]) -> bool:
    """Tell whether a scene commands what life may hang on, or is the one that calls for help.

    It calls for help if it is of the board of safety, critical, and raises an alarm or opens a
    case. Life may hang on services that a thing model marks as for safety, and on those that undo
    one, that one undoes, or that move what one moves: who can stop the siren can do as much harm
    as who can sound it.
    """
    calls = scene.alarm or any(isinstance(step, OpenCase) for step in scene.do)
    if scene.safety and scene.severity is Severity.CRITICAL and calls:
        return True
    wanted = {step.service for step in scene.do if isinstance(step, Command)}
    return any(
        not wanted.isdisjoint(_of_model(model))
        for model in models.values()
        if not wanted.isdisjoint(model.services)
    )


def _of_model(model: ThingModel) -> Iterator[str]:
    """Yield the services of a model on which life may hang."""
    safe = {name for name, one in model.services.items() if one.safety}
    undoing = {model.services[name].inverse for name in safe}
    moved = {model.services[name].moves for name in safe} - {None}
    for name, one in model.services.items():
        if name in safe or name in undoing or one.inverse in safe or one.moves in moved:
            yield name


def outranks(scene: Scene, models: Mapping[str, ThingModel], *, catalogue: Scene | None) -> bool:
    """Tell whether a scene of the board of safety goes before all others at an actuator: one by
    the catalogue's text, or one that two persons put in force. What one person alone may put in
    force is weighed by its severity, as scenes of other boards are.

    :param catalogue: the catalogue's scene of this id, if it has one
    """
    known = catalogue is not None and catalogue.toml == scene.toml
    return scene.safety and (known or touches_life(scene, models))
