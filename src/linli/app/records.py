"""Commands about the records' database."""

import json

import click
from django.core.management import execute_from_command_line

from linli.app.tables import bring_up_to_date
from linli.web.api import api


@click.command()
def migrate() -> None:
    """Bring the tables up to date, of both databases."""
    bring_up_to_date(verbosity=1)


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
