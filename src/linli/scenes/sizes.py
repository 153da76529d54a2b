"""How large the text of a scene may be. People write such texts, and not all of them mean well: one
must neither stop the reader nor slow the engine without limit.
"""

import math
import re
from collections.abc import Iterable, Mapping

from linli.scenes.bounds import MOST_STORIES
from linli.scenes.faults import TextTooLong, TextTooMuch
from linli.scenes.model import (
    After,
    Condition,
    Count,
    Held,
    Mode,
    Notify,
    OpenCase,
    Rate,
    Scene,
    SetMode,
    Silence,
)
from linli.scenes.walk import nodes

MOST_BYTES = 64 * 1024
_MOST_DOTS = 100
"""In one line. Reading a key of so many parts takes the square of their number."""

_DEEPEST = 16
_LONGEST = 400
_LONGEST_NAME = 100
_LONGEST_ID = 96
_MOST_CONDITIONS = 64
_MOST_STEPS = 32
MOST_COUNT = 1_000
_BRIEFEST_S = 1.0
"""Of a silence, a cool-down and the time after which a scene ends of itself: what begins and ends
by time alone must not do so without pause.
"""

LONGEST_S = 366 * 86_400.0
_LONGEST_RATE_S = 7 * 86_400.0
"""All samples of that time are kept."""

MOST_NUMBER = 1e15
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WORD = re.compile(r"[a-z][a-z0-9_.]{0,31}")


def check_text(text: str, *, file: str) -> None:
    """Refuse a text before it is read.

    :raises TextTooLong: if it is too long, or no text at all
    :raises TextTooMuch: if a line could take the reader long
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise TextTooLong(file=file, key="", most=MOST_BYTES // 1024) from error
    if size > MOST_BYTES:
        raise TextTooLong(file=file, key="", most=MOST_BYTES // 1024)
    for number, line in enumerate(text.splitlines(), start=1):
        _most(line.count("."), _MOST_DOTS, file=file, key=f"line {number}")


def check_rows(rows: Mapping[str, object], *, file: str) -> None:
    """Refuse tables within tables without end, numbers and texts that nothing could hold.

    :raises TextTooMuch: naming where
    """
    waiting: list[tuple[str, int, object]] = [("", 0, rows)]
    while waiting:
        key, depth, value = waiting.pop()
        _most(depth, _DEEPEST, file=file, key=key)
        inner: Iterable[tuple[object, object]] = ()
        if isinstance(value, Mapping):
            inner = value.items()
        elif isinstance(value, list):
            inner = enumerate(value)
        else:
            _check_value(value, file=file, key=key)
        for name, one in inner:
            waiting.append((f"{key}.{name}"[-_LONGEST_NAME:].lstrip("."), depth + 1, one))


def _check_value(value: object, *, file: str, key: str) -> None:
    if isinstance(value, str):
        _most(len(value), _LONGEST, file=file, key=key)
        if _CONTROL.search(value):
            raise TextTooMuch(file=file, key=key, found="\\u0000 …", most="")
    elif isinstance(value, int | float) and not abs(value) <= MOST_NUMBER:
        raise TextTooMuch(file=file, key=key, found="∞", most=f"{MOST_NUMBER:g}")


def check_scene(scene: Scene, *, file: str) -> None:
    """Refuse a scene with more conditions, steps or stories, and of longer or shorter spans, than
    one may have.

    :raises TextTooMuch: naming where
    """
    every = [*nodes(scene.when), *nodes(scene.clear)]
    _most(len(scene.id), _LONGEST_ID, file=file, key="id")
    _most(max(len(scene.name.zh), len(scene.name.en)), _LONGEST_NAME, file=file, key="name")
    _most(len(every), _MOST_CONDITIONS, file=file, key="when")
    _most(len(scene.do), _MOST_STEPS, file=file, key="do")
    _most(len(scene.stories), MOST_STORIES, file=file, key="story")
    if scene.cooldown_s:
        _span(scene.cooldown_s, file=file, key="cooldown")
    for node in every:
        _check_condition(node, file=file)
    for step in scene.do:
        _most(step.after_s, LONGEST_S, file=file, key=f"do.{step.number}.after")
        for word in _words(step):
            _check_word(word, file=file, key=f"do.{step.number}")


def _words(step: object) -> tuple[str, ...]:
    match step:
        case OpenCase(kind=kind, to=to):
            return (kind, to) if to else (kind,)
        case Notify(to=to):
            return (to,)
        case SetMode(mode=mode, value=value):
            return mode, value
    return ()


def _check_condition(node: Condition, *, file: str) -> None:
    match node:
        case After(after_s=span_s) | Silence(silent_s=span_s):
            _span(span_s, file=file, key=f"{node.key}{type(node).__name__.lower()}")
        case Rate(within_s=span_s):
            _most(span_s, _LONGEST_RATE_S, file=file, key=f"{node.key}within")
        case Count(within_s=span_s, count=count):
            _most(span_s, LONGEST_S, file=file, key=f"{node.key}within")
            _most(count, MOST_COUNT, file=file, key=f"{node.key}count")
        case Held(hold_s=span_s):
            _most(span_s, LONGEST_S, file=file, key=f"{node.key}hold")
        case Mode(mode=mode, values=values, since_s=span_s):
            _most(span_s, LONGEST_S, file=file, key=f"{node.key}since")
            for word in (mode, *values):
                _check_word(word, file=file, key=f"{node.key}mode")


def _check_word(word: str, *, file: str, key: str) -> None:
    if not _WORD.fullmatch(word):
        raise TextTooMuch(file=file, key=key, found=word[:32], most="a-z 0-9 _ · 32")


def _span(span_s: float, *, file: str, key: str) -> None:
    _most(span_s, LONGEST_S, file=file, key=key)
    if span_s < _BRIEFEST_S:
        raise TextTooMuch(file=file, key=key, found=f"{span_s:g}s", most=f"≥ {_BRIEFEST_S:g}s")


def _most(found: float, most: float, *, file: str, key: str) -> None:
    if not found <= most or math.isinf(found):
        raise TextTooMuch(file=file, key=key, found=f"{found:g}", most=f"{most:g}")
