"""PostgreSQL's own programs, told of a database as Django is."""

import os
import subprocess
from collections.abc import Mapping
from typing import Any

import click
from psycopg import conninfo

from linli.app.database import tls_of

_NAMES = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


def parameters(told: Mapping[str, Any]) -> dict[str, str]:
    """Return libpq's parameters of a database."""
    return {name: str(told[key]) for key, name in _NAMES.items() if told.get(key)} | tls_of(told)


def address(told: Mapping[str, Any]) -> str:
    """Return the connection string of a database."""
    return conninfo.make_conninfo("", **parameters(told))


def run_tool(program: str, *arguments: str, told: Mapping[str, Any]) -> None:
    """Run a program against a database; its password stands on no command line.

    :raises click.ClickException: if it is not there, or fails
    """
    where = parameters(told)
    database = where.pop("dbname")
    environment = {f"PG{name.upper()}": value for name, value in where.items()}
    command = [program, f"--dbname={database}", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise click.ClickException(
            f"{program} is not on this machine: install PostgreSQL's client programs"
        ) from error
    if done.returncode:
        raise click.ClickException(f"{program}: {done.stderr.strip()[-800:]}")
