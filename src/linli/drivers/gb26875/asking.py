"""What we ask of transmission devices, one question at a time, and what answers it. Pure."""

from collections.abc import Mapping

import msgspec

from linli.drivers.gb26875 import objects, tables
from linli.drivers.gb26875.codec import Clock
from linli.drivers.gb26875.objects import Part, Thing
from linli.drivers.gb26875.options import Question
from linli.drivers.line import Order

DUTY_MINUTES = 10
_MOST_MINUTES = 255

ANSWERS: Mapping[int, int] = {
    **{asked: asked - 60 for asked in range(objects.READ_SYSTEM, objects.READ_SYSTEM_CLOCK + 1)},
    objects.READ_DEVICE: objects.DEVICE_STATE,
    objects.READ_DEVICE_OPERATIONS: objects.DEVICE_OPERATION,
    objects.READ_DEVICE_VERSION: objects.DEVICE_VERSION,
    objects.READ_DEVICE_TEXT: objects.DEVICE_TEXT,
    objects.READ_DEVICE_CLOCK: objects.DEVICE_CLOCK,
}
"""What type answers a question. Some devices send it as data instead of as an answer."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A question or a command. `order` is the command of ours behind it, of `device`."""

    type: int
    command: int
    thing: Thing = Thing()
    device: str = ""
    order: Order | None = None

    def data(self, now: Clock) -> bytes:
        """Return its application data; a clock that is to be set is told as it is now."""
        thing = self.thing
        if self.type == objects.SET_CLOCK:
            thing = Thing(clock=now)
        return objects.write(self.type, (thing,))


SET_CLOCK = Ask(type=objects.SET_CLOCK, command=tables.CONTROL)
READ_DEVICE = Ask(type=objects.READ_DEVICE, command=tables.REQUEST)

_DEVICE_QUESTIONS: Mapping[Question, tuple[int, int]] = {
    "set_clock": (objects.SET_CLOCK, tables.CONTROL),
    "initialise": (objects.INITIALISE, tables.CONTROL),
    "read_device": (objects.READ_DEVICE, tables.REQUEST),
    "read_version": (objects.READ_DEVICE_VERSION, tables.REQUEST),
    "read_text": (objects.READ_DEVICE_TEXT, tables.REQUEST),
    "read_clock": (objects.READ_DEVICE_CLOCK, tables.REQUEST),
}
_PART_QUESTIONS: Mapping[Question, int] = {
    "read_part": objects.READ_PART,
    "read_value": objects.READ_VALUE,
}


def ask(question: Question, *, device: str, order: Order, part: Part | None) -> Ask | None:
    """Return what to ask for an order; None where it cannot be asked of such a device."""
    if question == "inspect" and part is None:
        return Ask(
            type=objects.INSPECT,
            command=tables.CONTROL,
            thing=Thing(minutes=_minutes(order)),
            device=device,
            order=order,
        )
    if question in _DEVICE_QUESTIONS and part is None:
        type_, command = _DEVICE_QUESTIONS[question]
        return Ask(type=type_, command=command, device=device, order=order)
    if question in _PART_QUESTIONS and part is not None:
        thing = Thing(sys_type=part.sys_type, sys_addr=part.sys_addr, part_addr=part.part_addr)
        return Ask(
            type=_PART_QUESTIONS[question],
            command=tables.REQUEST,
            thing=thing,
            device=device,
            order=order,
        )
    return None


def _minutes(order: Order) -> int:
    asked = order.args.get("minutes", DUTY_MINUTES)
    if isinstance(asked, str):
        return DUTY_MINUTES
    return min(max(int(asked), 1), _MOST_MINUTES)
