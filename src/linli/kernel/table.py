"""A table of a catalogue file, read key by key, so that every mistake is named where it stands."""

import tomllib
from collections.abc import Mapping, Sequence

from linli.kernel.fault import Fault
from linli.kernel.period import BadPeriod, seconds
from linli.kernel.words import Words


class Mistake(Fault):
    """Something in a catalogue file is not as it must be: `file`, `key`, and what to do."""

    key = "kernel.mistake"
    status = 422


class NotToml(Mistake):
    key = "kernel.not_toml"


class UnknownKey(Mistake):
    key = "kernel.unknown_key"


class MissingKey(Mistake):
    key = "kernel.missing_key"


class WrongKind(Mistake):
    """`wanted` says in both languages what may stand there."""

    key = "kernel.wrong_kind"


class WrongChoice(Mistake):
    key = "kernel.wrong_choice"


class Table:
    """One table of a file. Each `take` marks its key as known; `end` refuses what is left."""

    def __init__(self, *, file: str, path: str, rows: Mapping[str, object]) -> None:
        self.file = file
        self.path = path
        self._rows = dict(rows)
        self._seen: list[str] = []

    def name(self, key: str) -> str:
        """Return the key as it is reached from the top of the file."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        return key in self._rows

    def keys(self) -> list[str]:
        return list(self._rows)

    def take(self, key: str) -> object:
        """Return the value of a key that must be there.

        :raises MissingKey: if it is not
        """
        self._seen.append(key)
        if key not in self._rows:
            raise MissingKey(file=self.file, key=self.name(key))
        return self._rows.pop(key)

    def wrong(self, key: str, wanted: str) -> WrongKind:
        return WrongKind(file=self.file, key=self.name(key), wanted=wanted)

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and not self.has(key):
            self._seen.append(key)
            return default
        found = self.take(key)
        if not isinstance(found, str) or not found.strip():
            raise self.wrong(key, "文字 text")
        return found

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> str:
        found = self.text(key, default)
        if found not in options:
            raise WrongChoice(
                file=self.file, key=self.name(key), found=found, options=", ".join(options)
            )
        return found

    def number(self, key: str, default: float | None = None) -> float:
        if default is not None and not self.has(key):
            self._seen.append(key)
            return default
        found = self.take(key)
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            raise self.wrong(key, "数 number")
        return float(found)

    def flag(self, key: str, default: bool) -> bool:
        if not self.has(key):
            self._seen.append(key)
            return default
        found = self.take(key)
        if not isinstance(found, bool):
            raise self.wrong(key, "true / false")
        return found

    def span(self, key: str, default: str | None = None) -> float:
        """Return a span of time in seconds.

        :raises WrongKind: if it is not written as 10s, 5m, 2h
        """
        try:
            return seconds(self.text(key, default))
        except BadPeriod as error:
            raise self.wrong(key, "时长 a span of time: 10s, 5m, 2h, 1d") from error

    def words(self, key: str, *, plain: bool = False) -> Words:
        """Return a text in both languages; with `plain`, one text may stand for both."""
        found = self.take(key)
        if plain and isinstance(found, str) and found.strip():
            return Words(zh=found, en=found)
        if not isinstance(found, dict) or set(found) != {"zh", "en"}:
            raise self.wrong(key, '{ zh = "…", en = "…" }')
        zh, en = found["zh"], found["en"]
        if not (isinstance(zh, str) and isinstance(en, str) and zh.strip() and en.strip()):
            raise self.wrong(key, '{ zh = "…", en = "…" }')
        return Words(zh=zh, en=en)

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.take(key)
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.wrong(key, '["…", "…"]')
        return tuple(found)

    def pair(self, key: str) -> tuple[float, float]:
        """Return two numbers, the smaller first."""
        found = self.take(key)
        if isinstance(found, list) and len(found) == 2:  # noqa: PLR2004
            low, high = found
            if _is_number(low) and _is_number(high) and low < high:
                return float(low), float(high)
        raise self.wrong(key, "[小 low, 大 high]")

    def table(self, key: str) -> "Table":
        found = self.take(key) if self.has(key) else {}
        self._seen.append(key)
        if not isinstance(found, dict):
            raise self.wrong(key, f"[{self.name(key)}]")
        return Table(file=self.file, path=self.name(key), rows=found)

    def tables(self, key: str) -> list["Table"]:
        """Return the tables of a list; none if the key is not there."""
        found = self.take(key) if self.has(key) else []
        self._seen.append(key)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self.wrong(key, f"[[{self.name(key)}]]")
        return [
            Table(file=self.file, path=f"{self.name(key)}.{at}", rows=rows)
            for at, rows in enumerate(found)
        ]

    def end(self) -> None:
        """Refuse a key that nobody asked for.

        :raises UnknownKey: naming the first of them and those that are known here
        """
        for key in self._rows:
            known = ", ".join(sorted(set(self._seen)))
            raise UnknownKey(file=self.file, key=self.name(key), known=known)


def _is_number(found: object) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool)


def parse(text: str, *, file: str) -> dict[str, object]:
    """Return the tables of a TOML text.

    :raises NotToml: with the line at fault
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 5,000 brackets
        raise NotToml(file=file, key="", reason=str(error)) from error
