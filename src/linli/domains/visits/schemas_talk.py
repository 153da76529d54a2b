"""Talking with a door over HTTP: what the browser offers, and what it is told."""

from typing import Any

from ninja import Field, Schema

from linli.domains.visits import logic
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both


class TalkIn(Schema):
    """What the browser offers, to talk with the door (SDP)."""

    sdp: str = Field(min_length=10, max_length=20_000)


class TalkOut(Schema):
    """The answer (SDP); whether the door is heard (`hears`) and can be spoken to (`speaks`), else
    `why` not.
    """

    sdp: str
    hears: bool
    speaks: bool
    why: str


class PhraseIn(Schema):
    """Which phrase the door is to say and show."""

    phrase: str = Field(max_length=16)


class PhraseOut(Schema):
    key: str
    name: TwoLanguages


def phrases_out() -> list[dict[str, Any]]:
    """Return the phrases that a door may be had to say and show."""
    return [{"key": key, "name": both(words)} for key, words in logic.PHRASES.items()]
