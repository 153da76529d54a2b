"""`./linli rehearse`: a community faster than real time, with incidents, and what came of them.

It works in a folder of its own, which is gone when it ends: nothing of an installation is touched.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

if TYPE_CHECKING:
    from linli.app.rehearsal.report import Report

_ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())


def folder() -> Path:
    """Return where scripts are kept."""
    return Path(os.environ.get("LINLI_CATALOG", _ROOT / "catalog")).resolve() / "rehearsals"


@click.command()
@click.argument("script", default="", metavar="[SCRIPT]")
@click.option("--community", default="", help="Rehearse this community of the installation here.")
@click.option("--seed", type=int, default=None, help="Another seed than the script's.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a report to be filed.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the report there as JSON."
)
def rehearse(
    *,
    script: str,
    community: str,
    seed: int | None,
    as_json: bool,
    as_markdown: bool,
    out: Path | None,
) -> None:
    """Rehearse SCRIPT: a name of catalog/rehearsals or a file; without one, name those there are.

    The status is 1 when something did not go as the script expects, 2 when it cannot be read. The
    same script and seed give the same report; what this machine needed for it stands beside it.
    """
    if not script:
        for file in sorted(folder().glob("*.toml")):
            click.echo(file.stem)
        return
    file = Path(script) if script.endswith(".toml") else folder() / f"{script}.toml"
    if not file.is_file():
        raise click.UsageError(f"没有这个脚本 · no such script: {script}")
    home = Path(os.environ.get("LINLI_HOME", _ROOT / ".linli")).resolve()
    source = (community, home, os.environ.get("LINLI_DATABASE_URL", "")) if community else None
    with _own_records():
        found, needed = _rehearse(file, source, seed)
    _tell(found, needed, as_json=as_json, as_markdown=as_markdown)
    if out is not None:
        out.write_bytes(_json(found) + b"\n")
    if not found.passed:
        raise SystemExit(1)


@contextmanager
def _own_records() -> Iterator[None]:
    """Let records be in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="linli-rehearsal-") as home:
        os.environ.update(
            LINLI_HOME=home,
            LINLI_DATABASE_URL="",
            LINLI_APART_DATABASE="",
            DJANGO_SETTINGS_MODULE="linli.app.settings",
        )
        import_module("django").setup()
        yield
        import_module("django.db").connections.close_all()


def _rehearse(
    file: Path, source: tuple[str, Path, str] | None, seed: int | None
) -> tuple["Report", dict[str, Any]]:
    play = import_module("linli.app.rehearsal.play")
    began = time.perf_counter()

    def progress(now: float, start: float, end: float) -> None:
        share = max(0.0, now - start) / (end - start)
        times = max(0.0, now - start) / max(time.perf_counter() - began, 0.001)
        sign = "\r" if sys.stderr.isatty() else "\n"
        click.echo(f"{sign}{share:4.0%}  × {times:.0f}", nl=False, err=True)

    try:
        played: tuple[Report, dict[str, Any]] = play.play(
            file=file,
            source=play.Source(*source) if source else None,
            seed=seed,
            progress=progress,
        )
    except play.CannotPlay as error:
        click.echo(f"\n{error.words.zh}\n{error.words.en}", err=True)
        raise SystemExit(2) from error
    click.echo("", err=True)
    return played


def _tell(report: "Report", needed: dict[str, Any], *, as_json: bool, as_markdown: bool) -> None:
    shown = import_module("linli.app.rehearsal.shown")
    if as_json:
        told = {"report": msgspec.to_builtins(report), "run": needed}
        click.echo(msgspec.json.encode(told))
    elif as_markdown:
        click.echo(shown.markdown(report))
    else:
        click.echo(shown.table(report))
    click.echo(
        f"{report.hours:g} h 用了 took {needed['seconds']:g} s：× {needed['times_real']:g}",
        err=True,
    )


def _json(report: "Report") -> bytes:
    return msgspec.json.format(msgspec.json.encode(report), indent=1)
