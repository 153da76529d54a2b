"""The backup keys of an installation: made at the first backup, for their owner only. Whoever has
the one opens every backup of the records, with the other every backup of what is kept apart.
"""

import secrets
from contextlib import suppress
from pathlib import Path

from linli.app.backup import sealed
from linli.foundation import durable
from linli.foundation.vault.logic import KEY_BYTES

NAME = "backup.key"


def own(folder: Path) -> bytes:
    """Return the backup key in a folder of keys; make it where there is none.

    :raises sealed.WrongKey: if the file holds no key
    :raises OSError: if it cannot be read or written
    """
    file = folder / NAME
    if not file.exists():
        with suppress(FileExistsError):
            durable.make(file=file, body=f"{secrets.token_hex(KEY_BYTES)}\n".encode())
    return read(file)


def read(file: Path) -> bytes:
    """Return the key in a file.

    :raises sealed.WrongKey: if it holds none
    :raises OSError: if it cannot be read
    """
    try:
        key = bytes.fromhex(file.read_text("utf-8").strip())
    except ValueError as error:
        raise sealed.WrongKey(wanted=file.name) from error
    if len(key) != KEY_BYTES:
        raise sealed.WrongKey(wanted=file.name)
    return key
