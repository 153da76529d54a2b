"""The backup key of an installation: made at the first backup, for its owner only. Whoever has it
opens every backup of that installation.
"""

import secrets
from contextlib import suppress
from pathlib import Path

from linli.app.backup import sealed
from linli.app.secret import keys_folder
from linli.foundation import durable
from linli.foundation.vault.logic import KEY_BYTES

NAME = "backup.key"


def own(home: Path) -> bytes:
    """Return the installation's backup key; make it where there is none.

    :raises sealed.WrongKey: if the file holds no key
    :raises OSError: if it cannot be read or written
    """
    file = keys_folder(home) / NAME
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
