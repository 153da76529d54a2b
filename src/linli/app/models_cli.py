"""`./linli models`: thing models of the catalogue, and those of others read into it."""

import re
from pathlib import Path

import click
import msgspec

from linli.app import settings
from linli.devices import catalogue, importing
from linli.kernel.fault import Fault

_LARGEST_BYTES = 4 * 1024 * 1024


@click.group()
def models() -> None:
    """Thing models of the catalogue."""


@models.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--id", "model_id", required=True, help="Its id here, as water_pump.")
@click.option("--category", default="imported", show_default=True, help="Its kind of device.")
@click.option("--period", default="5m", show_default=True, help="How often it speaks.")
@click.option("--write", is_flag=True, help="Put it into the catalogue, unless it is there.")
def import_(*, file: Path, model_id: str, category: str, period: str, write: bool) -> None:
    """Read a W3C WoT Thing Model or a cloud's TSL (JSON), and print our file of it.

    What has no place in our models is named on standard error.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", model_id):
        raise click.BadParameter(f"{model_id}: small letters, digits and _", param_hint="--id")
    if file.stat().st_size > _LARGEST_BYTES:
        raise click.ClickException(f"{file}: larger than {_LARGEST_BYTES} bytes")
    try:
        found = importing.read(msgspec.json.decode(file.read_bytes()))
        text = importing.toml(found, id=model_id, category=category, period=period)
        catalogue.load(text, file=file.name, expected_id=model_id)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: not JSON ({error})") from error
    except Fault as fault:
        raise click.ClickException(f"{file}: {fault.key} {fault.values}") from fault
    for line in found.left_out:
        click.echo(f"left out: {line}", err=True)
    click.echo(text, nl=False)
    if write:
        _put(settings.CATALOG / "devices" / f"{model_id}.toml", text)


def _put(target: Path, text: str) -> None:
    try:
        with target.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise click.ClickException(f"{target.name} is there already") from None
    click.echo(f"written: {target.name}", err=True)
