"""`./linli docs`: the reference pages that follow from code and catalogue."""

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import click
import msgspec

import linli.contracts
from linli.app import charts, python_client, reference, reference_data, reference_scenes
from linli.app.cli import COMMANDS, main
from linli.kernel.event import Event

_ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
_REFERENCE = _ROOT / "docs" / "reference"
_PYTHON_CLIENT = _ROOT / "clients" / "python" / "linli_client" / "api.py"
_RESULTS = _ROOT / "bench" / "results"
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def _facts() -> str:
    """Facts, as the contracts declare them."""
    lines = [
        "# 事实 · Facts",
        "",
        "What the record half announces, by contract. Each has `id`, `at`,",
    ]
    lines += ["`community` and `cause` (the id of what made it) besides its own fields.", ""]
    for module in sorted(pkgutil.iter_modules(linli.contracts.__path__), key=lambda m: m.name):
        found = importlib.import_module(f"linli.contracts.{module.name}")
        facts = [
            item
            for item in vars(found).values()
            if inspect.isclass(item)
            and issubclass(item, Event)
            and item.__module__ == found.__name__
        ]
        if facts:
            lines += [f"## {module.name}", "", inspect.getdoc(found) or "", ""]
            lines += [row for fact in facts for row in _fact(fact)]
    return "\n".join(lines)


def _fact(fact: type[Event]) -> Iterator[str]:
    own = [f for f in msgspec.structs.fields(fact) if f.name not in Event.__struct_fields__]
    fields = ", ".join(f"`{f.name}`: {_type(f.type)}" for f in own) or "no fields of its own"
    words = inspect.getdoc(fact) if "__doc__" in vars(fact) and fact.__doc__ else ""
    yield f"- `{fact.__name__}` — {(words or '').replace(chr(10), ' ')} {fields}".replace(
        "—  ", "— "
    )
    yield ""


def _type(annotation: object) -> str:
    if isinstance(annotation, type):
        return annotation.__name__
    return str(annotation).replace("linli.", "").replace("|", "\\|")


def _commands() -> str:
    """Commands, as the command line describes itself."""
    lines = ["# 命令 · Commands", "", "`./linli COMMAND`, in the order of `./linli --help`.", ""]
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        if command is None:
            continue
        context = click.Context(command, info_name=f"./linli {name}")
        lines += [f"## `{name}`", "", "```text", command.get_help(context), "```", ""]
    return "\n".join(lines)


def pages() -> Mapping[Path, Callable[[], str]]:
    """Return each generated page and what makes it."""
    return {
        _REFERENCE / "facts.md": _facts,
        _REFERENCE / "commands.md": _commands,
        _REFERENCE / "devices.md": reference.devices,
        **reference_scenes.pages(_REFERENCE),
        _REFERENCE / "api.md": reference.api,
        _REFERENCE / "permissions.md": reference.permissions,
        _REFERENCE / "data.md": reference_data.page,
        _REFERENCE / "parking-tariffs.md": reference_data.parking_tariffs,
        _PYTHON_CLIENT: python_client.text,
        _REFERENCE / "benchmarks.md": lambda: charts.page(_RESULTS),
        **charts.pictures(_RESULTS, _ROOT / "docs" / "pictures"),
    }


def broken_links() -> list[str]:
    """Return the links of our pages that lead to no file."""
    files = [*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md")]
    return [
        f"{page.relative_to(_ROOT)}: {target}"
        for page in files
        for target in _LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]


def orphans(made: Iterable[Path]) -> list[Path]:
    """Return the pages of categories that the catalogue no longer has."""
    return sorted(set((_REFERENCE / "scenes").glob("*.md")) - set(made))


@click.command()
@click.option(
    "--check", is_flag=True, help="Write nothing; fail if a page is stale or a link broken."
)
def docs(check: bool) -> None:
    """Make the reference pages, or check that they are fresh and that links lead somewhere."""
    stale, every = [], pages()
    for path in orphans(every):
        stale.append(str(path.relative_to(_ROOT)))
        if not check:
            path.unlink()
    for path, make in every.items():
        text = make().rstrip() + "\n"
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale.append(str(path.relative_to(_ROOT)))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    broken = broken_links()
    for name in broken:
        click.echo(f"broken link: {name}", err=True)
    for name in stale:
        click.echo(f"{'stale' if check else 'written'}: {name}", err=True)
    sys.exit(1 if broken or (check and stale) else 0)
