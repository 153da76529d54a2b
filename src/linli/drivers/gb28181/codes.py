"""Codes of twenty digits: which place, industry, kind of thing, network and number (annex E)."""

import re

import msgspec

from linli.drivers.frames import BadFrame
from linli.drivers.gb28181 import tables
from linli.kernel.words import Words

_CODE = re.compile(r"[0-9]{20}")
_UNKNOWN = Words(zh="其他", en="other")


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """8 digits of the centre (6 of GB/T 2260, 2 below), 2 industry, 3 type, 1 network, 6 serial."""

    centre: str
    industry: int
    type: int
    network: int
    serial: str

    @property
    def region(self) -> str:
        """The county by GB/T 2260."""
        return self.centre[:6]

    @property
    def type_name(self) -> Words:
        return tables.TYPES.get(self.type, _UNKNOWN)

    @property
    def industry_name(self) -> Words:
        return tables.INDUSTRIES.get(self.industry, _UNKNOWN)

    @property
    def network_name(self) -> Words:
        return tables.NETWORKS.get(self.network, _UNKNOWN)

    @property
    def model(self) -> str | None:
        """The thing model that such a thing most likely is."""
        return tables.MODELS.get(self.type)


def is_code(text: str) -> bool:
    """Whether it is twenty ASCII digits."""
    return _CODE.fullmatch(text) is not None


def parse(text: str) -> Code:
    """Return the parts of a code.

    :raises BadFrame: if it is not twenty digits
    """
    if not is_code(text):
        raise BadFrame(f"no code of twenty digits: {text[:30]!r}")
    return Code(
        centre=text[:8],
        industry=int(text[8:10]),
        type=int(text[10:13]),
        network=int(text[13]),
        serial=text[14:],
    )
