"""What somebody does by hand at a device of 和睦里: he speaks to the loudspeaker of his home, holds
the one card to the canteen's till or to the recycling machine, or parks before the camera of a
charging bay. The device asks over its line, as real ones do, and shows what it was told.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from linli.app.demo.answers import Answers
from linli.app.demo.bays import SEEN
from linli.app.demo.devices import Thing
from linli.app.demo.world import NoSuch
from linli.kernel.words import Words

SPEAKER, TILL, RECYCLER = "home_speaker", "meal_terminal", "recycling_machine"
CAMERA = "camera"
_SURE = 0.98
_KEPT = 50
_WORDS_KEPT = 5


class Stuff(NamedTuple):
    """What a recycling machine takes, and how many fen it gives for a kilogram."""

    words: Words
    fen_a_kg: int


TAKES: Mapping[str, Stuff] = {
    "paper": Stuff(Words(zh="纸板", en="paper"), 80),
    "plastic": Stuff(Words(zh="塑料", en="plastic"), 120),
    "metal": Stuff(Words(zh="金属", en="metal"), 300),
    "glass": Stuff(Words(zh="玻璃", en="glass"), 10),
    "cloth": Stuff(Words(zh="旧衣物", en="clothes"), 40),
}
"""Prices of the demo, invented."""


class Weighed(NamedTuple):
    """A machine has weighed something and rewarded a card for it."""

    device: str
    kind: str
    kg: float


class _Asked(NamedTuple):
    device: str
    question: Mapping[str, Any]
    weighed: Weighed | None = None


class Hands:
    """The loudspeakers, terminals and cameras, and what each was told last (`answers`)."""

    def __init__(self, things: Sequence[Thing], answers: Answers) -> None:
        self._answers = answers
        self._devices: dict[str, list[str]] = {SPEAKER: [], TILL: [], RECYCLER: [], CAMERA: []}
        for thing in things:
            if thing.model in self._devices:
                self._devices[thing.model].append(thing.code)
        self._waiting: list[_Asked] = []
        self._asked: OrderedDict[tuple[str, str], _Asked] = OrderedDict()
        self._spoken: dict[str, list[str]] = {}

    def say(self, device: str, text: str) -> str:
        """Let somebody say something to a loudspeaker; return the number of its question.

        :raises NoSuch: if there is no such loudspeaker
        """
        return self._ask(SPEAKER, device, {"ask": "voice.said", "text": text})

    def pay(self, device: str, *, card: str, fen: int) -> str:
        """Hold a card to a till for a meal of so much; return the number of its question.

        :raises NoSuch: if there is no such till
        """
        body = {"ask": "card.spend", "way": "card", "shown": card, "fen": fen, "what": "午餐"}
        return self._ask(TILL, device, body)

    def recycle(self, device: str, *, card: str, kind: str, kg: float) -> str:
        """Put so much of a kind into a recycling machine; return the number of its question.

        :raises NoSuch: if there is no such machine, or it does not take that
        """
        stuff = TAKES.get(kind)
        if stuff is None:
            raise NoSuch(f"{kind}: {', '.join(TAKES)}")
        kg = round(kg, 2)
        what = f"{stuff.words.zh} {stuff.words.en} {kg:g} kg"
        body = {"ask": "card.credit", "way": "card", "shown": card, "what": what,
                "fen": int(kg * stuff.fen_a_kg)}  # fmt: skip
        return self._ask(RECYCLER, device, body, Weighed("", kind, kg))

    def park(self, charger: str, *, plate: str, direction: str) -> str:
        """Let a car drive into a charging bay, or out of it; return the number of the question of
        the camera there.

        :raises NoSuch: if no camera sees such a bay
        """
        eye = SEEN.get(charger)
        if eye is None:
            raise NoSuch(f"{charger}: {', '.join(SEEN)}")
        body = {"ask": "lane.seen", "lane": eye.lane, "plate": plate, "direction": direction,
                "confidence": _SURE}  # fmt: skip
        return self._ask(CAMERA, eye.camera, body)

    def _ask(
        self, model: str, device: str, body: Mapping[str, Any], weighed: Weighed | None = None
    ) -> str:
        known = self._devices[model]
        code = device or next(iter(known), "")
        if code not in known:
            raise NoSuch(f"{device or model}: {', '.join(known)}")
        number = self._answers.number()
        asked = _Asked(code, body, weighed._replace(device=code) if weighed else None)
        self._waiting.append(asked._replace(question={"id": number, **body}))
        return number

    def step(self, now: float) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield what devices ask now. A number stands for one act: the simulator may begin anew."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            shown = str(one.question["id"])
            question = {**one.question, "id": f"{shown}-{now:.3f}"}
            self._asked[one.device, question["id"]] = one
            while len(self._asked) > _KEPT:
                self._asked.popitem(last=False)
            yield one.device, question

    def answered(self, device: str, payload: bytes) -> Weighed | None:
        """Take the answer to a question; return what was weighed, where a card was rewarded."""
        told = msgspec.json.decode(payload)
        asked = self._asked.pop((device, str(told.get("id"))), None)
        if asked is None:
            return None
        self._answers.put(str(asked.question["id"]), _shown(device, told))
        return asked.weighed if told.get("ok") else None

    def told(self, device: str, service: str, args: Mapping[str, Any]) -> None:
        """Remember what a loudspeaker of a home was told to say."""
        if service == "speaker.say" and device in self._devices[SPEAKER]:
            text = str(args.get("text", ""))
            self._spoken[device] = [*self._spoken.get(device, []), text][-_WORDS_KEPT:]

    def heard(self, device: str) -> str:
        """Return what a loudspeaker said lately, the newest last.

        :raises NoSuch: if there is no such loudspeaker
        """
        known = self._devices[SPEAKER]
        code = device or next(iter(known), "")
        if code not in known:
            raise NoSuch(f"{device or SPEAKER}: {', '.join(known)}")
        return "\n".join([code, *self._spoken.get(code, [])])


def _shown(device: str, told: Mapping[str, Any]) -> str:
    word = told.get("reason") or ("ok" if told.get("ok") else "no")
    left = told.get("left_fen")
    return f"{device}: {word}" + (f", {left / 100:.2f}" if left is not None else "")
