"""`./linli backup`: an encrypted copy of records, history, streams and files."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from django.conf import settings

from linli.app.backup import make


@click.command()
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Into this folder; otherwise `backups` in the home folder, on the same disk.",
)
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Let the words in this file open the copy too.",
)
@click.option("--apart", is_flag=True, help="A copy of what is kept apart; it is in no other.")
def backup(*, to: Path | None, passphrase_file: Path | None, apart: bool) -> None:
    """Write an encrypted copy of everything but what is kept apart, while it works; or of that.
    Print one JSON object.

    The copy is read back to its end before it counts. What opens it is `keys/backup.key` of the
    home folder, for what is kept apart `apart/keys/backup.key`: keep that file elsewhere too, or
    give a passphrase.
    """
    passphrase = passphrase_file.read_text("utf-8").strip() if passphrase_file else ""
    if passphrase_file and not passphrase:
        raise click.ClickException(f"{passphrase_file.name} is empty")
    home = settings.HOME
    now = datetime.now(UTC)
    if apart:
        folder = (to or home / "apart" / "backups").resolve()
        found = make.make_apart(home=home, to=folder, passphrase=passphrase, now=now)
        click.echo(msgspec.json.encode(found).decode())
        return
    made = make.make(
        home=home,
        to=(to or home / "backups").resolve(),
        anchors=settings.AUDIT_ANCHORS,
        passphrase=passphrase,
        now=now,
    )
    click.echo(msgspec.json.encode(made).decode())
