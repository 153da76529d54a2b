"""The empty tables that a run on SQLite begins with: made by the migrations once, then copied.

What was made is kept under the machine's temporary folder, named after all that the migrations
say: change one and they are carried out anew.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import django

import linli

MOST_KEPT = 20


def folder():
    """Return where tables are kept: a folder of nobody else's."""
    found = Path(tempfile.gettempdir()) / f"linli-test-tables-{os.getuid()}"
    found.mkdir(mode=0o700, exist_ok=True)
    if found.is_symlink() or found.stat().st_uid != os.getuid():
        raise PermissionError(f"{found} is somebody else's")
    return found


def kept():
    """Return the file that holds the tables as the migrations of now make them, or will."""
    said = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    root = Path(linli.__file__).parent
    for file in sorted(root.rglob("migrations/*.py")):
        said.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return folder() / f"{said.hexdigest()[:32]}.sqlite3"


def lay_out(file):
    """Copy the kept tables to where a run wants them; tell whether there were any."""
    if not kept().exists():
        return False
    shutil.copyfile(kept(), file)
    return True


def keep(file):
    """Keep the tables of a run that made them, for the next; of old ones the last few stay."""
    fresh = kept().with_suffix(f".{os.getpid()}")
    with sqlite3.connect(file) as made:
        made.execute("VACUUM INTO ?", [str(fresh)])
    made.close()
    fresh.replace(kept())
    newest = sorted(folder().glob("*.sqlite3"), key=lambda one: one.stat().st_mtime)
    for old in newest[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
