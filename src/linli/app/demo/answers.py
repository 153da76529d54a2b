"""What devices were told of what somebody did at them by hand: the command line asks for it by a
number.
"""

from collections import OrderedDict

from linli.app.demo.world import NoSuch

_KEPT = 50


class Answers:
    """The latest answers, each under the number of what was done."""

    def __init__(self) -> None:
        self._count = 0
        self._told: OrderedDict[str, str] = OrderedDict()

    def number(self) -> str:
        """Return the number of something that is done now."""
        self._count += 1
        return f"hand-{self._count}"

    def put(self, number: str, text: str) -> None:
        """Keep what a device was told of something; what nobody asks for falls out in time."""
        self._told[number] = text
        while len(self._told) > _KEPT:
            self._told.popitem(last=False)

    def of(self, number: str) -> str:
        """Return what a device was told.

        :raises NoSuch: if it was told nothing yet
        """
        if number not in self._told:
            raise NoSuch(number)
        return self._told[number]
