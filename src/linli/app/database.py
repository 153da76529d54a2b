"""The records' database by address, for the distributed profile."""

from urllib.parse import parse_qs, unquote, urlsplit


def postgres(url: str) -> dict[str, object]:
    """Return Django's settings for `postgresql://user:password@host:port/name`.

    A server on a socket is named by its folder, `postgresql://user@/name?host=/run/postgresql`.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise SystemExit(f"LINLI_DATABASE_URL must be postgresql://…/name, not {parts.scheme}://…")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        "PORT": str(parts.port or ""),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}},
    }
