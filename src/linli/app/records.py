"""Commands about the records' database."""

import json
import sys

import click
from django.core.management import call_command, execute_from_command_line

from linli.web.api import api


@click.command()
def migrate() -> None:
    """Bring the tables up to date."""
    call_command("migrate", verbosity=1, interactive=False, stdout=sys.stderr)


@click.command(
    context_settings={
        "ignore_unknown_options": True,
        "allow_extra_args": True,
        "help_option_names": [],
    }
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Pass on to Django's own commands."""
    execute_from_command_line(["linli manage", *arguments])


@click.command()
def openapi() -> None:
    """Print the API's description as JSON, the same bytes for the same code."""
    click.echo(json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False, sort_keys=True))
