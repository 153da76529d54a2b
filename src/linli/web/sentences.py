"""The words of every refusal. They live in `<package>/locale/faults.toml`: key = { zh, en }."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import linli
from linli.kernel.words import Words


@cache
def sentences() -> dict[str, Words]:
    """Return the words of every key that any package declares."""
    found: dict[str, Words] = {}
    for file in sorted(Path(linli.__file__).parent.rglob("locale/faults.toml")):
        for key, words in tomllib.loads(file.read_text("utf-8")).items():
            found[key] = Words(zh=words["zh"], en=words["en"])
    return found


def sentence(key: str, values: dict[str, object], language: str) -> str:
    """Return the sentence of a refusal with its values put in; the bare key if it has no words."""
    words = sentences().get(key)
    if words is None:
        return key
    return words.in_(language).format_map(_Shown(values))


def said(key: str, values: Mapping[str, object]) -> Words:
    """Return the sentence of a refusal in both languages."""
    return Words(zh=sentence(key, dict(values), "zh"), en=sentence(key, dict(values), "en"))


class _Shown(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"
