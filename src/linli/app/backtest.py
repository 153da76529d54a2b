"""`./linli backtest`: what a scene would have found in what was recorded, here or by others."""

import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec
from django.conf import settings

from linli.app import catalogue, wiring
from linli.contracts import directory as contract
from linli.kernel.fault import Fault
from linli.registry.trials import backtests, proposals
from linli.registry.trials.comparing import Ran, Report, report
from linli.registry.trials.models import BackTest
from linli.runtime import proposing, recordings, trying
from linli.runtime.backtests import Said
from linli.scenes.load import load
from linli.scenes.model import Scene
from linli.web.sentences import sentence

_DAY_S = 86_400.0
_TELL_EVERY = 0.02


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--community", "-c", default="", help="Whose history; the only one if left out.")
@click.option("--days", default=90, show_default=True, help="How far to look back.")
@click.option("--csv", "folder", type=click.Path(exists=True, path_type=Path),
              help="Try it on the recordings in a folder instead; needs --map.")  # fmt: skip
@click.option("--map", "map_", type=click.Path(exists=True, path_type=Path),
              help="How the columns of those recordings are called here (TOML).")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--row", type=int, hidden=True)
def backtest(
    *,
    file: Path | None,
    community: str,
    days: int,
    folder: Path | None,
    map_: Path | None,
    as_json: bool,
    row: int | None,
) -> None:
    """Say what the scene in FILE would have found, beside what really happened."""
    if row is not None:
        wiring.wire_records()
        _for_the_worker(community, row)
        return
    if file is None or (folder is None) != (map_ is None):
        raise click.UsageError("give the file of a scene; --csv and --map go together")
    try:
        found = (
            _on_recordings(file, folder, map_)
            if folder is not None and map_ is not None
            else _on_history(file, community, days)
        )
    except Fault as fault:
        raise click.ClickException(sentence(fault.key, dict(fault.values), "en")) from fault
    click.echo(msgspec.json.encode(found) if as_json else "\n".join(_lines(found)))


def _on_history(file: Path, community: str, days: int) -> Report:
    wiring.wire_records()
    known = contract.communities()
    if not community and len(known) == 1:
        [community] = known
    if community not in known:
        raise click.UsageError(f"--community must be one of {', '.join(known) or '(none yet)'}")
    scene = backtests.draft(toml=file.read_text("utf-8"))
    ran = _run(community, scene, days, lambda share: None)
    return backtests.report(community=community, scene=scene, ran=ran)


def _on_recordings(file: Path, folder: Path, map_: Path) -> Report:
    models, _ = catalogue.models()
    scene = load(file.read_text("utf-8"), file=file.name, models=models)
    told = recordings.read_map(tomllib.loads(map_.read_text("utf-8")), file=map_.name)
    began = time.monotonic()
    taken = recordings.read(folder=folder, told=told, models=models)
    ran = recordings.tried(scene=scene, models=models, taken=taken)
    ran = msgspec.structs.replace(ran, seconds=time.monotonic() - began)
    return report(ran=ran, happened=taken.happened, zone=ZoneInfo(told.zone))


def _proposal(
    community: str, scene: Scene, days: int, tell: Callable[[float], None]
) -> dict[str, Any] | None:
    trial = _trial(community, scene, days)
    since = datetime.fromtimestamp(trial.start, UTC)
    search = proposals.search(community=community, scene=scene.id, since=since)
    if search is None:
        return None
    return proposing.propose(
        home=settings.HOME,
        trial=trial,
        search=search,
        standing=proposals.standing(community=community, scene=scene, target=search.target),
        zone=ZoneInfo(settings.TIME_ZONE),
        tell=tell,
    )


def _run(community: str, scene: Scene, days: int, tell: Callable[[float], None]) -> Ran:
    trial, zone = _trial(community, scene, days), ZoneInfo(settings.TIME_ZONE)
    return trying.try_on(home=settings.HOME, trial=trial, zone=zone, tell=tell)


def _trial(community: str, scene: Scene, days: int) -> trying.Trial:
    end = time.time()
    start = end - days * _DAY_S
    return trying.Trial(
        community=community,
        scene=scene,
        models=dict(wiring.the_catalogue().models),
        directory=backtests.directory(community=community),
        start=start,
        end=end,
        signals=backtests.signals(community=community, scene=scene, start=start, end=end),
    )


def _for_the_worker(community: str, row: int) -> None:
    """Run a back-test of the records and say, line by line, how far it is and what came of it."""
    said = 0.0

    def tell(share: float) -> None:
        nonlocal said
        if share - said >= _TELL_EVERY:
            said = share
            _say(Said(progress=round(share, 3)))

    try:
        asked = backtests.any_backtest(community=community, id=row)
        _say(Said(report=_outcome(asked, tell)))
    except Fault as fault:
        _say(Said(fault=fault.key, values=_plain(fault.values)))


def _outcome(asked: BackTest, tell: Callable[[float], None]) -> dict[str, Any]:
    scene = backtests.draft(toml=asked.toml)
    if asked.purpose == "proposal":
        return {"proposal": _proposal(asked.community, scene, asked.days, tell)}
    ran = _run(asked.community, scene, asked.days, tell)
    found = backtests.report(community=asked.community, scene=scene, ran=ran)
    told: dict[str, Any] = msgspec.to_builtins(found)
    return told


def _say(said: Said) -> None:
    click.echo(msgspec.json.encode(said))


def _plain(values: dict[str, object]) -> dict[str, Any]:
    return {name: one if isinstance(one, int | float | str) else str(one)
            for name, one in values.items()}  # fmt: skip


def _lines(found: Report) -> list[str]:
    """Return a report for people."""
    span = f"{_day(found.start)} – {_day(found.end)}"
    head = [
        f"{span}: {found.readings} readings of {found.points} points at {found.devices} devices,"
        f" {found.seconds:.1f} s",
        f"fired {found.firings} times, {found.firings_per_day:g} a day",
        f"matched {found.matched}, unmatched {found.unmatched}, missed {found.missed};"
        f" precision {_share(found.precision)}, recall {_share(found.recall)}",
    ]
    rows = [
        f"  {_minute(one.at)}  {one.device or one.place}  {one.point} {one.value}"
        f"  {'found ' + one.met.title.en if one.met else ''}".rstrip()
        for one in found.items[-20:]
    ]
    return head + rows


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _day(at: datetime) -> str:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat()


def _minute(at: datetime) -> str:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).isoformat(timespec="minutes")
