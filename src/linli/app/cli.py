"""The command line: `./linli COMMAND`. A command's module is read only when it is called."""

import os
from importlib import import_module
from typing import NamedTuple

import click

from linli.runtime import sweeping

_OWNERS_ONLY = 0o077


class Entry(NamedTuple):
    """A command: where it is, what it does, and whether it works on records."""

    target: str
    words: str
    records: bool = False


COMMANDS: dict[str, Entry] = {
    "up": Entry("linli.app.up:up", "Start everything with the demo community, and print where."),
    "test": Entry(
        "linli.app.checks:test", "Run the tests on both databases; --long runs all of them."
    ),
    "doctor": Entry(
        "linli.app.doctor:doctor", "Say what is wrong with this machine, and the cure."
    ),
    "lint": Entry("linli.app.checks:lint", "Check how the code is written."),
    "types": Entry("linli.app.checks:types", "Check the types."),
    "laws": Entry("linli.app.checks:laws", "Check the seven laws and what linters cannot see."),
    "docs": Entry(
        "linli.app.docs:docs",
        "Make the reference pages, or check that they are fresh.",
        records=True,
    ),
    "sbom": Entry("linli.app.sbom:sbom", "Print what it is made of (CycloneDX, JSON)."),
    "screens": Entry("linli.app.checks:screens", "Test the screens, in units and in a browser."),
    "bench": Entry("linli.app.bench:bench", "Measure; the last line is JSON."),
    "demo": Entry("linli.app.demo.cli:demo", "Make things happen in the demo community."),
    "rehearse": Entry(
        "linli.app.rehearsal.cli:rehearse",
        "Run a community faster than real time with incidents, and report.",
    ),
    "scenes": Entry("linli.app.scenes_cli:scenes", "Check scenes and tell their stories."),
    "backtest": Entry(
        "linli.app.backtest:backtest",
        "Try a scene on what was recorded, and say what it would have found.",
        records=True,
    ),
    "models": Entry("linli.app.models_cli:models", "Read thing models of others into ours."),
    "check": Entry(
        "linli.app.check_number:check", "Check an ID number, credit code, plate or phone."
    ),
    "decode": Entry("linli.app.decode:decode", "Say what a frame of a field protocol means."),
    "account": Entry("linli.app.account:account", "Open accounts and grant roles.", records=True),
    "aside": Entry(
        "linli.app.aside:aside",
        "Show what could not be dealt with; again, or forget.",
        records=True,
    ),
    "audit": Entry("linli.app.audit:audit", "Prove that the audit trail is whole.", records=True),
    "money": Entry("linli.app.money:money", "Prove that the ledger is whole.", records=True),
    "backup": Entry(
        "linli.app.backup.cli:backup",
        "Write an encrypted copy of everything, while it works.",
        records=True,
    ),
    "restore": Entry(
        "linli.app.backup.cli_restore:restore", "Make an installation again from a copy."
    ),
    "keys": Entry(
        "linli.app.keys:keys", "List, turn over and destroy the keys of the vault.", records=True
    ),
    "apart": Entry(
        "linli.app.apart:apart",
        "Tell whether what is kept apart is a pair with the records; say so.",
        records=True,
    ),
    "sandbox": Entry(
        "linli.app.sandbox:sandbox", "Make a small community to try programs in.", records=True
    ),
    "watermark": Entry(
        "linli.app.watermark:watermark", "Tell who took a list out, by its marks.", records=True
    ),
    "migrate": Entry("linli.app.records:migrate", "Bring the tables up to date.", records=True),
    "manage": Entry("linli.app.records:manage", "Django's own commands.", records=True),
    "openapi": Entry(
        "linli.app.records:openapi", "Print the API's description (OpenAPI, JSON).", records=True
    ),
    "web": Entry("linli.app.web:web", "Run only the web process.", records=True),
    "live": Entry("linli.app.live:live", "Run only the live process.", records=True),
    "worker": Entry("linli.app.worker:worker", "Run only the worker process.", records=True),
    "simulator": Entry("linli.app.simulator:simulator", "Run only the simulated devices."),
    "prepare": Entry(
        "linli.app.prepare:prepare", "Bring records up to date; --demo sows 和睦里.", records=True
    ),
}
"""In the order of the help."""


def load(*names: str) -> list[click.Command]:
    """Import commands; nothing that it makes is looked through by a later sweep: it stays."""
    with sweeping.paused():
        found = [_imported(COMMANDS[name]) for name in names]
    sweeping.settle()
    return found


def _imported(entry: Entry) -> click.Command:
    if entry.records:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
        import_module("django").setup()
    module, _, name = entry.target.partition(":")
    command: click.Command = getattr(import_module(module), name)
    return command


class Lazy(click.Group):
    """A group that knows its commands by name and imports one when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command. What it writes is for its owner's eyes only, from before
        its first import: records, secrets and logs are all made by it or by what it starts.
        """
        if cmd_name not in COMMANDS:
            return None
        os.umask(_OWNERS_ONLY)
        return load(cmd_name)[0]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.words) for name, entry in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Linli (邻里), the smart-community platform.

    `./linli up` starts everything; `./linli COMMAND --help` tells more of each command.
    """
