"""What every driver makes of bytes: readings by name, and the refusal when it cannot."""

from typing import NamedTuple

from linli.kernel.fault import Fault


class BadPayload(Fault):
    """A payload that cannot be read; `why` is a reason that an operator is shown."""

    key = "drivers.bad_payload"
    status = 400

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.why = why


class Reading(NamedTuple):
    """One value of one name. `at` is epoch seconds, None where the sender gave no time.

    `name` may have a device before it, as SenML writes it (`meter-7:co_mg_m3`). `extras` is the
    JSON of what else an event said.
    """

    name: str
    value: float | bool | str
    at: float | None = None
    unit: str = ""
    extras: bytes = b""
