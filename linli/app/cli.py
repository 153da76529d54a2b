"""The command line: `./linli COMMAND`. A command's module is read only when it is called."""

import os
from importlib import import_module

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("linli.app.up:up", "Start everything with the demo community, and print where."),
    "test": ("linli.app.checks:test", "Run the tests on both databases; --long runs all of them."),
    "doctor": ("linli.app.doctor:doctor", "Say what is wrong with this machine, and the cure."),
    "lint": ("linli.app.checks:lint", "Check how the code is written."),
    "types": ("linli.app.checks:types", "Check the types."),
    "laws": ("linli.app.checks:laws", "Check the seven laws and what linters cannot see."),
    "docs": ("linli.app.docs:docs", "Make the reference pages, or check that they are fresh."),
    "screens": ("linli.app.checks:screens", "Test the screens, in units and in a browser."),
    "bench": ("linli.app.bench:bench", "Measure; the last line is JSON."),
    "demo": ("linli.app.demo.cli:demo", "Make things happen in the demo community."),
    "scenes": ("linli.app.scenes_cli:scenes", "Check scenes and tell their stories."),
    "check": ("linli.app.check_number:check", "Check an ID number, credit code, plate or phone."),
    "account": ("linli.app.account:account", "Open accounts and grant roles."),
    "migrate": ("linli.app.records:migrate", "Bring the tables up to date."),
    "manage": ("linli.app.records:manage", "Django's own commands."),
    "openapi": ("linli.app.records:openapi", "Print the API's description (OpenAPI, JSON)."),
    "web": ("linli.app.web:web", "Run only the web process."),
    "live": ("linli.app.live:live", "Run only the live process."),
    "worker": ("linli.app.worker:worker", "Run only the worker process."),
    "simulator": ("linli.app.simulator:simulator", "Run only the simulated devices."),
    "prepare": ("linli.app.prepare:prepare", "Bring records up to date; --demo sows 和睦里."),
}


class Lazy(click.Group):
    """A group that knows its commands by name and imports one when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Linli (邻里), the smart-community platform.

    `./linli up` starts everything; `./linli COMMAND --help` tells more of each command.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
