"""Who spoke on a line and is not in the register: told to the record half, now and then."""

from collections import OrderedDict
from collections.abc import Mapping

from linli.contracts.effects import AnyEffect, StrangerHeard
from linli.contracts.signals import StrangersSpoke
from linli.kernel import ids
from linli.live.refusals import harmless

_MOST = 2_000
_AGAIN_S = 300.0
_LONGEST = 120
_WORDS = ("model", "name", "serial", "vendor")


class Strangers:
    """Of one community. Each is told when he is first heard, and again only after a while."""

    def __init__(self, *, community: str) -> None:
        self._community = community
        self._told_at: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._to_tell: list[StrangerHeard] = []

    def heard(
        self, *, line: str, address: str, about: Mapping[str, str], sample: bytes, at: float
    ) -> None:
        """Somebody unknown spoke."""
        name = harmless(address.encode())[:_LONGEST]
        if len(self._to_tell) >= _MOST or not self.is_news(line=line, address=name, at=at):
            return
        self._to_tell.append(
            StrangerHeard(
                id=ids.effect(scene="", cause=f"{line}/{name}/{at:.3f}", part="stranger"),
                at=at,
                community=self._community,
                cause="",
                line=line,
                address=name,
                about={
                    word: harmless(about[word].encode())[:_LONGEST]
                    for word in _WORDS
                    if word in about
                },
                sample=harmless(sample),
            )
        )

    def is_news(self, *, line: str, address: str, at: float) -> bool:
        """Tell whether somebody was not told of for a while; from now on he was."""
        key = (line, address)
        if at < self._told_at.get(key, 0.0) + _AGAIN_S:
            return False
        self._told_at[key] = at
        self._told_at.move_to_end(key)
        if len(self._told_at) > _MOST:
            self._told_at.popitem(last=False)
        return True

    def tell(self) -> list[StrangerHeard]:
        """Return what is to be told, and begin anew."""
        told, self._to_tell = self._to_tell, []
        return told


def spoken_of(signal: StrangersSpoke, *, community: str) -> list[AnyEffect]:
    """Return what follows from a gateway's word of strangers behind it."""
    return [
        StrangerHeard(
            id=ids.effect(scene="", cause=f"{signal.line}/{address}/{signal.id}", part="stranger"),
            at=signal.at,
            community=community,
            cause="",
            line=signal.line,
            address=address,
            about=about,
        )
        for address, about in signal.strangers
    ]
