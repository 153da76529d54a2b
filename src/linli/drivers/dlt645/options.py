"""What the register keeps of a meter, and of its line."""

from typing import Literal, Protocol

import msgspec

from linli.drivers.polling import Way

SECRETS = frozenset({"password", "operator"})
_DIGITS = {"password": 6, "level": 2, "operator": 8}


class Speaker(Protocol):
    """What is to be known of a meter to speak with it."""

    @property
    def variant(self) -> Literal["2007", "1997"]: ...
    @property
    def password(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def operator(self) -> str: ...
    @property
    def closing(self) -> Literal["direct", "permit"]: ...


class Meter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A meter. `password`, its `level` and `operator` go with relay commands; without a password
    there are none. `closing` is `permit` where somebody must press the meter's button before there
    is power again.
    """

    variant: Literal["2007", "1997"] = "2007"
    password: str = ""
    level: str = "02"
    operator: str = "00000000"
    closing: Literal["direct", "permit"] = "direct"

    def __post_init__(self) -> None:
        _check(self)


class Line(Way, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line; where its device is itself a meter, the options of one.

    `wake` is how many FE go before a question. `set_clock` tells all meters the time once a day.
    """

    wake: int = 4
    set_clock: bool = False
    variant: Literal["2007", "1997"] = "2007"
    password: str = ""
    level: str = "02"
    operator: str = "00000000"
    closing: Literal["direct", "permit"] = "direct"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check(self)
        if not 0 <= self.wake <= 16:  # noqa: PLR2004
            raise ValueError("wake is up to 16")


def _check(options: Speaker) -> None:
    for name, digits in _DIGITS.items():
        said: str = getattr(options, name)
        if not said and name == "password":
            continue
        if len(said) != digits or not (said.isascii() and said.isdigit()):
            raise ValueError(f"{name} has {digits} digits")
