"""A scene tried on the history of this installation, read from the first reading to the last."""

import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from linli.adapters.history.recorded import Recorded, Wanted
from linli.contracts.calendar import working_day
from linli.contracts.directory import Directory
from linli.contracts.signals import AnySignal
from linli.contracts.things import ThingModel
from linli.registry.trials.comparing import Ran
from linli.registry.trials.refusals import NothingRecorded
from linli.scenes.backtest import Backtest, Scope, scope
from linli.scenes.model import Scene

__all__ = ["Trial", "try_on"]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What is tried, where, and over which span (epoch seconds)."""

    community: str
    scene: Scene
    models: dict[str, ThingModel]
    directory: Directory
    start: float
    end: float
    signals: Sequence[AnySignal] = ()


def try_on(*, home: Path, trial: Trial, zone: ZoneInfo, tell: Callable[[float], None]) -> Ran:
    """Return what the scene would have found; `tell` hears how much is done, from 0 to 1.

    :raises NothingRecorded: if nothing of what it looks at is there, or none of it was recorded
    :raises HistoryFault: if history cannot be read
    """
    began = time.monotonic()
    seen = scope(scene=trial.scene, models=trial.models, directory=trial.directory)
    with tempfile.TemporaryDirectory(prefix="linli-backtest-") as scratch:
        recorded = Recorded(home=home, community=trial.community, scratch=Path(scratch), zone=zone)
        span = recorded.span()
        if not seen.looked or span is None or span[1] < trial.start:
            recorded.close()
            raise NothingRecorded(scene=trial.scene.id)
        start, end = max(trial.start, span[0]), min(trial.end, max(span[1] + 1e-6, trial.start))
        test = _test(trial, seen, zone, start)
        wanted = Wanted(looked=seen.looked, others=seen.others, speaks_s=seen.speaks_s)
        for batch in recorded.batches(wanted=wanted, start=start, end=end):
            test.feed(batch)
            tell((batch.at - start) / max(end - start, 1e-9))
        recorded.close()
    firings = test.finish(end)
    return Ran(
        start=start,
        end=end,
        readings=test.readings,
        points=len(seen.looked),
        devices=len(seen.directory.devices),
        seconds=time.monotonic() - began,
        firings=firings,
    )


def _test(trial: Trial, seen: Scope, zone: ZoneInfo, start: float) -> Backtest:
    return Backtest(
        scene=trial.scene,
        models=trial.models,
        directory=seen.directory,
        start=start,
        signals=trial.signals,
        working_day=_is_worked,
        zone=zone,
    )


def _is_worked(day: date) -> bool:
    return working_day(day).worked
