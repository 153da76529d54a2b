"""The installation's own secret, made at first start beside its data for its owner only; and where
its keys lie.

The file's first line is the one in use. While it is turned over another line stands below it, and
opens too: `next …`, which is to be used and is known everywhere first, or `before … <epoch s>`,
which was in use until then. Processes that run look again each second.
"""

import logging
import os
import secrets
import threading
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from time import sleep

import msgspec
from django.conf import settings

from linli.foundation import durable

_log = logging.getLogger(__name__)
LOOKED_AGAIN_S = 1.0
_NEXT, _BEFORE = "next", "before"


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secret in use; one that opens too, because it comes `next` or was used `before`, until
    `turned_at` (epoch s); `given`: by the environment, which is the operator's to change.
    """

    in_use: str
    next: str = ""
    before: str = ""
    turned_at: int = 0
    given: bool = False

    @property
    def others(self) -> list[str]:
        """Return those that open beside the one in use."""
        return [one for one in (self.next, self.before) if one]


class BadSecrets(ValueError):
    """The file of the secret is not as it was written."""


def keys_folder(home: Path) -> Path:
    """Return where an installation keeps its keys: `LINLI_KEYS`, or below the home folder."""
    return Path(os.environ.get("LINLI_KEYS") or home / "keys").resolve()


def apart_keys_folder(home: Path) -> Path:
    """Return where it keeps those of what is kept apart: `LINLI_APART_KEYS`, or beside that."""
    return Path(os.environ.get("LINLI_APART_KEYS") or home / "apart" / "keys").resolve()


def read(home: Path) -> Secrets:
    """Return the secrets of this installation; two processes that start at once get the same one.

    :raises BadSecrets: if the file says what nobody understands
    """
    given = os.environ.get("LINLI_SECRET_KEY")
    if given:
        other = os.environ.get("LINLI_SECRET_KEY_OTHER", "")
        return Secrets(in_use=given, before="" if other == given else other, given=True)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = _file(home)
    if not file.exists():
        with suppress(FileExistsError):
            durable.make(file=file, body=secrets.token_urlsafe(48).encode())
    return _parsed(file.read_text("utf-8"))


def name_of(secret: str) -> str:
    """Return by what a secret is called where it is spoken of: it tells nothing of it."""
    return sha256(f"linli.secret.name/{secret}".encode()).hexdigest()[:8]


def prepare(home: Path) -> Secrets:
    """Draw the next secret, which opens and is not used yet; drawn already, it stays."""
    with _alone(home):
        found = read(home)
        if not found.next:
            found = msgspec.structs.replace(found, next=secrets.token_urlsafe(48))
            _put(home, found)
    return found


def turn(home: Path, now: datetime) -> Secrets:
    """Use the next secret; the one before opens too, until `retire`. Done twice it is done."""
    with _alone(home):
        found = read(home)
        if found.next:
            at = int(now.timestamp())
            found = Secrets(in_use=found.next, before=found.in_use, turned_at=at)
            _put(home, found)
    return found


def retire(home: Path) -> Secrets:
    """Forget the secret before: it opens nothing from now on."""
    with _alone(home):
        found = Secrets(in_use=read(home).in_use)
        _put(home, found)
    return found


def take_up(home: Path) -> None:
    """Let this process use and open with what stands in the file now. Those that open are known
    before another is used: whoever asks in between finds no secret that he cannot open with.
    """
    found = read(home)
    stands = (settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS)
    if stands != (found.in_use, found.others):
        settings.SECRET_KEY_FALLBACKS = [*found.others, settings.SECRET_KEY]
        settings.SECRET_KEY = found.in_use
        settings.SECRET_KEY_FALLBACKS = found.others


def follow(home: Path) -> None:
    """Look again each second, as long as this process runs."""
    if not os.environ.get("LINLI_SECRET_KEY"):
        threading.Thread(target=_follow, args=(home,), name="secret", daemon=True).start()


def _follow(home: Path) -> None:
    while True:
        sleep(LOOKED_AGAIN_S)
        try:
            take_up(home)
        except (OSError, BadSecrets):
            _log.exception("the secret cannot be read again; this process goes on with its own")


def _file(home: Path) -> Path:
    return home / "secret.key"


def _alone(home: Path) -> AbstractContextManager[None]:
    return durable.alone(lock=home / "secret.lock")


def _put(home: Path, found: Secrets) -> None:
    lines = [found.in_use]
    if found.next:
        lines.append(f"{_NEXT} {found.next}")
    if found.before:
        lines.append(f"{_BEFORE} {found.before} {found.turned_at}")
    durable.put(file=_file(home), parts=["\n".join(lines).encode()])


def _parsed(text: str) -> Secrets:
    first, *more = text.strip().split("\n")
    found = Secrets(in_use=first.strip())
    for words in (line.split() for line in more if line.strip()):
        match words:
            case [word, secret] if word == _NEXT:
                found = msgspec.structs.replace(found, next=secret)
            case [word, secret, at] if word == _BEFORE and at.isdecimal():
                found = msgspec.structs.replace(found, before=secret, turned_at=int(at))
            case _:
                raise BadSecrets("secret.key holds a line that is none of its own")
    if not found.in_use:
        raise BadSecrets("secret.key is empty")
    return found
