"""Whether a scene touches life safety: such a scene is changed by two persons, not by one."""

from collections.abc import Mapping

from linli.contracts.effects import Severity
from linli.contracts.things import ThingModel
from linli.scenes.model import Command, OpenCase, Scene


def touches_life(scene: Scene, models: Mapping[str, ThingModel]) -> bool:
    """Tell whether a scene commands what is for safety, or is the one that calls for help.

    It commands what is for safety if a thing model says so of the service; it calls for help if it
    is of the board of safety, critical, and raises an alarm or opens a case.
    """
    calls = scene.alarm or any(isinstance(step, OpenCase) for step in scene.do)
    if scene.safety and scene.severity is Severity.CRITICAL and calls:
        return True
    wanted = {step.service for step in scene.do if isinstance(step, Command)}
    return any(
        name in wanted and service.safety
        for model in models.values()
        for name, service in model.services.items()
    )
