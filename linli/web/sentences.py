"""The words of every refusal. They live in `<app>/locale/faults.toml`: key = { zh, en }."""

import tomllib
from functools import cache
from importlib import resources

from django.apps import apps

from linli.kernel.words import Words


@cache
def sentences() -> dict[str, Words]:
    """Return the words of every key that any app declares."""
    found: dict[str, Words] = {}
    packages = ["linli.web", "linli.kernel", "linli.devices", "linli.scenes", "linli.live"]
    packages.append("linli.adapters.history")
    packages += [
        config.name for config in apps.get_app_configs() if config.name.startswith("linli.")
    ]
    for package in packages:
        file = resources.files(package) / "locale" / "faults.toml"
        if file.is_file():
            for key, words in tomllib.loads(file.read_text("utf-8")).items():
                found[key] = Words(zh=words["zh"], en=words["en"])
    return found


def sentence(key: str, values: dict[str, object], language: str) -> str:
    """Return the sentence of a refusal with its values put in; the bare key if it has no words."""
    words = sentences().get(key)
    if words is None:
        return key
    return words.in_(language).format_map(_Shown(values))


class _Shown(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"
