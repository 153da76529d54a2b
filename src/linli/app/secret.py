"""The installation's own secret, made at first start beside its data for its owner only; and where
its keys lie.
"""

import os
import secrets
from pathlib import Path


def keys_folder(home: Path) -> Path:
    """Return where an installation keeps its keys: `LINLI_KEYS`, or below the home folder."""
    return Path(os.environ.get("LINLI_KEYS") or home / "keys").resolve()


def apart_keys_folder(home: Path) -> Path:
    """Return where it keeps those of what is kept apart: `LINLI_APART_KEYS`, or beside that."""
    return Path(os.environ.get("LINLI_APART_KEYS") or home / "apart" / "keys").resolve()


def secret_key(home: Path) -> str:
    """Return the secret of this installation; two processes that start at once get the same one."""
    given = os.environ.get("LINLI_SECRET_KEY")
    if given:
        return given
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = home / "secret.key"
    if not file.exists():
        fresh = home / f"secret.key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), "utf-8")
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text("utf-8")
