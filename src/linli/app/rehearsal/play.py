"""A script from its file to its report, on the records of this process."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.db import DatabaseError

from linli.app.rehearsal import community as communities
from linli.app.rehearsal import records, register
from linli.app.rehearsal import script as scripts
from linli.app.rehearsal.register import NoCommunity
from linli.app.rehearsal.report import Report
from linli.app.rehearsal.run import NobodyFits, Rehearsal
from linli.app.rehearsal.script import BadScript, Script
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.web.sentences import said

_TELL_S = 5.0

Progress = Callable[[float, float, float], None]
"""Told the time of the rehearsal, its start and its end, epoch seconds."""


class Source(NamedTuple):
    """A community of an installation: its code, the installation's folder, its database's URL."""

    community: str
    home: Path
    url: str


class CannotPlay(Exception):
    """A script that cannot be played; `words` say why, with file and line."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


def play(
    *, file: Path, source: Source | None, seed: int | None, progress: Progress
) -> tuple[Report, dict[str, Any]]:
    """Return the report of a script, and what this machine needed for it.

    :param source: whose register it is to be; without one the demo's
    :raises CannotPlay: if the script cannot be read, or the community has not what it wants
    """
    try:
        text = file.read_text("utf-8")
        script = scripts.read(text, file=file.name, id=file.stem)
        if seed is not None:
            script = msgspec.structs.replace(script, seed=seed)
        return _play(script, source, progress)
    except UnicodeDecodeError as error:
        raise CannotPlay(Words(zh=f"{file.name} 不是 UTF-8 文本。",
                               en=f"{file.name} is not UTF-8 text.")) from error  # fmt: skip
    except BadScript as bad:
        raise CannotPlay(_words(bad)) from bad
    except NoCommunity as bad:
        raise CannotPlay(said(bad.key, bad.values)) from bad
    except NobodyFits as bad:
        key = f"incident.{bad.values['incident']}"
        line = scripts.line_of(text, key)
        raise CannotPlay(_words(BadScript(file=file.name, line=line, why=bad))) from bad


def _copied(source: Source) -> str:
    """Copy the register of a community and return its code.

    :raises NoCommunity: if it cannot be read, or has none of that code
    """
    register.open_source(home=source.home, url=source.url)
    try:
        register.copy(source.community)
    except DatabaseError as error:
        raise NoCommunity(community=source.community) from error
    return source.community


def _words(bad: BadScript) -> Words:
    why, place = bad.values["why"], f"{bad.values['file']}:{bad.values['line']}"
    assert isinstance(why, Fault)
    words = said(why.key, why.values)
    return said(bad.key, {"place": place, "why_zh": words.zh, "why_en": words.en})


def _play(
    script: Script, source: Source | None, progress: Progress
) -> tuple[Report, dict[str, Any]]:
    began = time.perf_counter()
    communities.prepare()
    records.in_haste()
    if source is None:
        code = communities.sow(part=script.part, now=script.start)
    else:
        code = _copied(source)
    cast = communities.cast(code, part=script.part)
    rehearsal = Rehearsal(script=script, cast=cast)
    prepared, cpu = time.perf_counter(), time.process_time()
    told = prepared

    def seldom(now: float) -> None:
        nonlocal told
        if time.perf_counter() - told >= _TELL_S:
            told = time.perf_counter()
            progress(now, rehearsal.start, rehearsal.end)

    report = rehearsal.run(seldom)
    seconds = time.perf_counter() - prepared
    cpu_s = time.process_time() - cpu
    return report, {
        "seconds": round(seconds, 2),
        "times_real": round(script.length_s / seconds, 1),
        "cpu_seconds": round(cpu_s, 2),
        "times_real_of_cpu": round(script.length_s / cpu_s, 1),
        "prepare_seconds": round(prepared - began, 2),
    }
