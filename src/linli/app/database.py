"""The records' databases: in the home folder, or by address for the distributed profile."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_RECORDS = "LINLI_DATABASE_URL"
_APART = "LINLI_APART_DATABASE"
_BY_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
"""What an address may say of TLS, as libpq names it; it is handed on as it is."""
_AWAY_AFTER_S = 2
"""Who asks for what is kept apart waits so long for its server: the threads that wait are those
that answer everything else.
"""


def sqlite(file: Path, *, cache_kb: int) -> dict[str, object]:
    """Return Django's settings for a database of its own in a folder, which is made."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "ENGINE": "linli.foundation.tables.sqlite",
        "NAME": file,
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": file.with_name("test.sqlite3")},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            f"PRAGMA foreign_keys=ON; PRAGMA cache_size=-{cache_kb};",
        },
    }


def postgres(url: str, *, setting: str = _RECORDS) -> dict[str, object]:
    """Return Django's settings for `postgresql://user:password@host:port/name`.

    A server on a socket is named by its folder, `postgresql://user@/name?host=/run/postgresql`; one
    elsewhere by TLS, `…/name?sslmode=verify-full&sslrootcert=/etc/linli/authority.pem`.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise SystemExit(f"{setting} must be postgresql://…/name, not {parts.scheme}://…")
    said = {name: words[-1] for name, words in parse_qs(parts.query).items()}
    if unknown := sorted(said.keys() - {"host", *_BY_TLS}):
        raise SystemExit(f"{setting} says {', '.join(unknown)}, which is not known")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or said.get("host", ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}, **_tls(said)},
    }


def _tls(said: Mapping[str, str]) -> dict[str, str]:
    return {name: said[name] for name in _BY_TLS if name in said}


def main(home: Path, environment: Mapping[str, str]) -> dict[str, object]:
    """Return Django's settings for the records."""
    url = environment.get(_RECORDS, "")
    if url:
        return postgres(url)
    return sqlite(home / "linli.sqlite3", cache_kb=8000)


def apart(home: Path, environment: Mapping[str, str]) -> dict[str, object]:
    """Return Django's settings for what is kept apart: never the database of the records, and on a
    server where those are, for several machines see them.
    """
    url, records = (environment.get(name, "") for name in (_APART, _RECORDS))
    if records and not url:
        raise SystemExit(f"{_APART} must name a database too, where {_RECORDS} does")
    if not url:
        return sqlite(home / "apart" / "apart.sqlite3", cache_kb=500)
    told = postgres(url, setting=_APART)
    told = {
        **told,
        "OPTIONS": {
            **tls_of(told),
            "connect_timeout": _AWAY_AFTER_S,
            "pool": {
                "min_size": 0,
                "max_size": 4,
                "timeout": _AWAY_AFTER_S,
                # else the pool tries ever more rarely, and is away for minutes after its server is
                "reconnect_timeout": _AWAY_AFTER_S,
            },
        },
    }
    if records and _where(told) == _where(postgres(records)):
        raise SystemExit(f"{_APART} must be another database than {_RECORDS}")
    return told


def named(environment: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """Return the settings of those databases that are on a server, by their alias."""
    settings = {"default": _RECORDS, "apart": _APART}
    urls = {alias: environment.get(name, "") for alias, name in settings.items()}
    return {alias: postgres(url, setting=settings[alias]) for alias, url in urls.items() if url}


def tls_of(told: Mapping[str, Any]) -> dict[str, str]:
    """Return what the settings of a database say of TLS, as libpq names it."""
    return _tls(told.get("OPTIONS", {}))


def _where(told: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(told[name] or "" for name in ("HOST", "PORT", "NAME"))
