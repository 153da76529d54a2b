"""How a process writes its log: lines of text for people, or an object of JSON a line for programs.

Neither tells more than the message and what broke: what is handed to a logger beside it, values of
variables, arguments that do not fit their message are left out.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, NamedTuple

JSON = "json"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BROKE = "ended by what nobody caught"


class UnknownWord(ValueError):
    """A word that is neither a level nor the name of a form."""


class Wish(NamedTuple):
    """How much a log tells, and in which form."""

    level: str = "INFO"
    as_json: bool = False


def wished(text: str) -> Wish:
    """Read what an operator wrote: a level, `json`, or both with a comma between.

    :raises UnknownWord: if it says something else
    """
    wish = Wish()
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word.lower() == JSON:
            wish = wish._replace(as_json=True)
        elif word.upper() in LEVELS:
            wish = wish._replace(level=word.upper())
        else:
            raise UnknownWord(word)
    return wish


class Text(logging.Formatter):
    """A line for people: when (local time with its zone), which process, how grave, who, what. What
    would begin another line is escaped; what broke follows in lines that begin with a bar.
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and those of what broke."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone()
        head = f"{at.isoformat(timespec='milliseconds')} {self._process} {record.levelname}"
        lines = [f"{head} {record.name} {_escaped(_message(record))}"]
        lines += [f"  | {_escaped(line)}" for line in _broke(record).split("\n") if line]
        return "\n".join(lines)


class Json(logging.Formatter):
    """A line for programs: `time` (UTC), `level`, `logger`, `process`, `message`; where something
    broke, `exception`.
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Return the object on a line of its own."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "process": self._process,
            "message": _message(record),
        }
        if broke := _broke(record):
            said["exception"] = broke
        return _escaped(json.dumps(said, ensure_ascii=False))


def begin(*, process: str, wish: Wish, stream: IO[str]) -> None:
    """Let everything that this process logs, warns of and dies of go to a stream in this form."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json(process) if wish.as_json else Text(process))
    logging.basicConfig(level=wish.level, handlers=[handler])
    logging.captureWarnings(True)
    sys.excepthook = _say_what_broke
    threading.excepthook = _say_what_broke_a_thread


def died(error: BaseException | None) -> None:
    """Write down what ended a process or a thread."""
    logging.getLogger("linli").critical(_BROKE, exc_info=error)


def _say_what_broke(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        died(error)


def _say_what_broke_a_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_type is not SystemExit:
        died(told.exc_value)


def _message(record: logging.LogRecord) -> str:
    """Return the message. Where its arguments do not fit it stands without them: logging itself
    would print them all.
    """
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} (its arguments do not fit)"


def _broke(record: logging.LogRecord) -> str:
    formatter = logging.Formatter()
    parts: Sequence[str] = (
        formatter.formatException(record.exc_info) if record.exc_info else "",
        formatter.formatStack(record.stack_info) if record.stack_info else "",
    )
    return "\n".join(filter(None, parts))


def _escaped(text: str) -> str:
    """Return it on one line: whoever makes a message has no line of his own."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
