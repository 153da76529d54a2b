"""`./linli restore`: an installation made again from a copy. It reads no settings of an
installation, for there is none yet.
"""

import os
from pathlib import Path

import click
import msgspec

from linli.app.backup import keys, sealed
from linli.app.backup import restore as restoring
from linli.app.database import named
from linli.app.secret import apart_keys_folder, keys_folder
from linli.app.up import home_folder
from linli.kernel.fault import Fault
from linli.web.sentences import sentence

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _opener(folder: Path, key_file: Path | None, passphrase_file: Path | None) -> sealed.Opener:
    if passphrase_file:
        return sealed.Opener(passphrase=passphrase_file.read_text("utf-8").strip())
    file = key_file or folder / keys.NAME
    if not file.is_file():
        raise click.UsageError("what opens it? Give --key-file or --passphrase-file")
    return sealed.Opener(key=keys.read(file))


@click.command()
@click.argument("file", type=_FILE)
@click.option("--key-file", type=_FILE, help="The backup key; otherwise that of the home folder.")
@click.option("--passphrase-file", type=_FILE, help="The words that were given when it was made.")
@click.option("--destroyed", type=_FILE, help="Who was erased since: `destroyed.jsonl`.")
@click.option("--apart", is_flag=True, help="FILE is a copy of what is kept apart.")
@click.option("--check", "only_check", is_flag=True, help="Read it to its end; write nothing.")
def restore(
    *,
    file: Path,
    key_file: Path | None,
    passphrase_file: Path | None,
    destroyed: Path | None,
    apart: bool,
    only_check: bool,
) -> None:
    """Make an installation again from FILE in an empty home folder; print one JSON object.

    The home folder is LINLI_HOME; a PostgreSQL database goes into LINLI_DATABASE_URL, which must
    be empty, and the streams of an outside bus into LINLI_NATS_URL. With --apart it is made in
    `apart` below the home folder or in LINLI_APART_DATABASE; the rest may be there.
    """
    home = home_folder()
    try:
        opener = _opener(
            apart_keys_folder(home) if apart else keys_folder(home), key_file, passphrase_file
        )
        if only_check:
            found = restoring.check(file=file, opener=opener)
            masters = restoring.masters(file)
            said = {"ok": True, "files": len(found.files), "masters": masters}
            click.echo(msgspec.json.encode(said).decode())
            return
        if apart:
            made = restoring.restore_apart(
                file=file, home=home, opener=opener, databases=named(os.environ)
            )
        else:
            made = restoring.restore(
                file=file,
                home=home,
                opener=opener,
                databases=named(os.environ),
                destroyed=destroyed,
            )
    except Fault as fault:
        raise click.ClickException(sentence(fault.key, dict(fault.values), "en")) from fault
    click.echo(msgspec.json.encode(made).decode())
