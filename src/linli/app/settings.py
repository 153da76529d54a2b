"""Settings, by environment. Every name is in docs/reference/settings.md."""

import os
from pathlib import Path

from linli.app.database import postgres
from linli.app.secret import secret_key

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
HOME = Path(os.environ.get("LINLI_HOME", ROOT / ".linli")).resolve()
CATALOG = Path(os.environ.get("LINLI_CATALOG", ROOT / "catalog")).resolve()
CONSOLE = ROOT / "ui" / "console" / "dist"

DEVICE_URL = os.environ.get("LINLI_DEVICE_URL", "").rstrip("/")
"""Where devices reach the web process, as `https://linli.example`; empty: they are told a path."""

NATS_URL = os.environ.get("LINLI_NATS_URL", "")
"""Empty: the supervisor starts a nats-server of its own."""

DEBUG = False
SECRET_KEY = secret_key(HOME)
ALLOWED_HOSTS = os.environ.get("LINLI_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("LINLI_ORIGINS", "").split(",") if o]
ROOT_URLCONF = "linli.web.urls"
USE_TZ = True
TIME_ZONE = os.environ.get("LINLI_TIME_ZONE", "Asia/Shanghai")
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASE_URL = os.environ.get("LINLI_DATABASE_URL", "")


def _database() -> dict[str, object]:
    if DATABASE_URL:
        return postgres(DATABASE_URL)
    HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "linli.sqlite3",
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": HOME / "test.sqlite3"},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000;",
        },
    }


DATABASES = {"default": _database()}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "linli.foundation.identity",
    "linli.foundation.audit",
    "linli.foundation.vault",
    "linli.foundation.causes",
    "linli.foundation.outbox",
    "linli.foundation.files",
    "linli.registry.places",
    "linli.registry.people",
    "linli.registry.imports",
    "linli.registry.devices",
    "linli.registry.fleet",
    "linli.registry.health",
    "linli.registry.campaigns",
    "linli.registry.alarms",
    "linli.registry.pictures",
    "linli.registry.scenes",
    "linli.registry.trials",
    "linli.domains.cases",
    "linli.domains.notices",
]

AUTH_USER_MODEL = "identity.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("LINLI_HTTPS", "") == "1"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MEDIA_ROOT = HOME / "files"
LOGGING_CONFIG = None


def _days(name: str, default: int, *, least: int = 1) -> int:
    """Return a number of days, so many at least."""
    text = os.environ.get(name, "") or str(default)
    if not text.isdecimal() or int(text) < least:
        raise SystemExit(f"{name} must be a number of days, {least} or more, not {text!r}")
    return int(text)


KEEP_DAYS = _days("LINLI_KEEP_DAYS", 400)
PICTURE_DAYS = _days("LINLI_PICTURE_DAYS", 30)
AUDIT_DAYS = _days("LINLI_AUDIT_DAYS", 3 * 366, least=183)
AUDIT_ANCHORS = Path(os.environ.get("LINLI_AUDIT_ANCHORS") or HOME / "audit" / "anchors.jsonl")
KEYS = Path(os.environ.get("LINLI_KEYS") or HOME / "keys")
