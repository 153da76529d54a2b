"""Settings, by environment. Every name is in docs/reference/settings.md."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from linli.adapters.clamd import Scanner
from linli.app import database, secret
from linli.foundation.identity import leaked
from linli.foundation.identity.logic import POWER, Limits
from linli.foundation.identity.roles import PERMISSIONS
from linli.kernel.addresses import is_listed
from linli.web.cookies import only_ours

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
HOME = Path(os.environ.get("LINLI_HOME", ROOT / ".linli")).resolve()
CATALOG = Path(os.environ.get("LINLI_CATALOG", ROOT / "catalog")).resolve()
CONSOLE = ROOT / "ui" / "console" / "dist"

DEVICE_URL = os.environ.get("LINLI_DEVICE_URL", "").rstrip("/")
"""Where devices reach the web process, as `https://linli.example`; empty: they are told a path."""

NATS_URL = os.environ.get("LINLI_NATS_URL", "")
"""Empty: the supervisor starts a nats-server of its own."""

DEBUG = False
_SECRETS = secret.read(HOME)
SECRET_KEY, SECRET_KEY_FALLBACKS = _SECRETS.in_use, _SECRETS.others
ALLOWED_HOSTS = os.environ.get("LINLI_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("LINLI_ORIGINS", "").split(",") if o]
ROOT_URLCONF = "linli.web.urls"
USE_TZ = True
TIME_ZONE = os.environ.get("LINLI_TIME_ZONE", "Asia/Shanghai")
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _number(name: str, default: int, *, least: int = 1, of: str = "days") -> int:
    """Return a number, so large at least."""
    text = os.environ.get(name, "") or str(default)
    if not text.isdecimal() or int(text) < least:
        raise SystemExit(f"{name} must be a number of {of}, {least} or more, not {text!r}")
    return int(text)


DATABASES = {
    "default": database.main(HOME, os.environ),
    "apart": database.apart(HOME, os.environ),
}
DATABASE_ROUTERS = ["linli.foundation.apart.router.Router"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "linli.foundation.tables",
    "linli.foundation.identity",
    "linli.foundation.approvals",
    "linli.foundation.audit",
    "linli.foundation.vault",
    "linli.foundation.apart",
    "linli.foundation.consent",
    "linli.foundation.causes",
    "linli.foundation.copies",
    "linli.foundation.outbox",
    "linli.foundation.files",
    "linli.foundation.replies",
    "linli.foundation.money",
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
    "linli.domains.charging",
    "linli.domains.incidents",
    "linli.domains.notices",
    "linli.domains.openapi",
    "linli.domains.doors",
    "linli.domains.exchange",
    "linli.domains.feeds",
    "linli.domains.parking",
    "linli.domains.releases",
    "linli.domains.sos",
    "linli.domains.tours",
    "linli.domains.visits",
    "linli.domains.wallet",
]

AUTH_USER_MODEL = "identity.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def _leaked_passwords() -> list[dict[str, Any]]:
    """Return how leaked passwords are looked up, where the operator has a list of them."""
    name = os.environ.get("LINLI_LEAKED_PASSWORDS", "")
    if not name:
        return []
    try:
        leaked.check(Path(name))
    except (OSError, leaked.BadList) as error:
        raise SystemExit(f"LINLI_LEAKED_PASSWORDS: {error}") from error
    return [{"NAME": "linli.foundation.identity.leaked.Leaked", "OPTIONS": {"file": name}}]


_LEAST = _number("LINLI_PASSWORD_LEAST", 10, least=8, of="signs")
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": _LEAST},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "linli.foundation.identity.passwords.Common"},
    {"NAME": "linli.foundation.identity.passwords.HouseWords", "OPTIONS": {"least": _LEAST}},
    *_leaked_passwords(),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "linli.web.cookies.Leftover",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "linli.web.georeport.GeoReport",
    "linli.web.problems.Plainly",
    "linli.web.metering.Borne",
    "linli.web.rates.Rates",
    "linli.web.metering.Metered",
    "django.middleware.http.ConditionalGetMiddleware",
    "linli.web.retries.Once",
    "linli.web.conditions.Conditions",
    "linli.web.writes.Noted",
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "linli.foundation.identity.sessions"
STAFF_SESSION = Limits(
    idle=timedelta(minutes=_number("LINLI_IDLE_MINUTES", 30, of="minutes")),
    absolute=timedelta(hours=_number("LINLI_SESSION_HOURS", 12, of="hours")),
)
SESSIONS = _number("LINLI_SESSIONS", 10, of="sessions")
"""So many an account at once; then the one that was unseen for longest ends."""
RESIDENT_SESSION = Limits(
    idle=timedelta(days=_number("LINLI_RESIDENT_IDLE_DAYS", 30)),
    absolute=timedelta(days=_number("LINLI_RESIDENT_SESSION_DAYS", 90)),
)


def _factor_roles() -> frozenset[str]:
    """Return the roles that ask for a second factor; `none` is nobody's, as in the demo."""
    names = {name.strip() for name in os.environ.get("LINLI_FACTOR_ROLES", "").split(",")} - {""}
    if names == {"none"}:
        return frozenset()
    if names - PERMISSIONS.keys():
        raise SystemExit(f"LINLI_FACTOR_ROLES names no roles: {sorted(names - PERMISSIONS.keys())}")
    return frozenset(names or POWER)


FACTOR_ROLES = _factor_roles()
CODES = os.environ.get("LINLI_CODES", "")
"""Where one-time codes go: nowhere, to an address (`https://…`), or `shown` on the sign-in page."""
if CODES not in {"", "shown"} and not CODES.startswith(("https://", "http://127.0.0.1")):
    raise SystemExit("LINLI_CODES must be an https address, `shown`, or empty")
CODES_TOKEN = Path(os.environ.get("LINLI_CODES_TOKEN") or HOME / "codes.token")
OIDC_ISSUER = os.environ.get("LINLI_OIDC_ISSUER", "")
"""Who else vouches for people (OpenID Connect), exactly as it names itself; empty: nobody."""
if OIDC_ISSUER and not OIDC_ISSUER.startswith(("https://", "http://127.0.0.1")):
    raise SystemExit("LINLI_OIDC_ISSUER must be an https address")
OIDC_CLIENT = os.environ.get("LINLI_OIDC_CLIENT", "linli")
OIDC_NAME = os.environ.get("LINLI_OIDC_NAME", "统一身份认证")
OIDC_SECRET = Path(os.environ.get("LINLI_OIDC_SECRET") or HOME / "oidc.secret")
WECHAT_APP = os.environ.get("LINLI_WECHAT_APP", "")
WECHAT_SECRET = Path(os.environ.get("LINLI_WECHAT_SECRET") or HOME / "wechat.secret")
WECHAT_URL = os.environ.get("LINLI_WECHAT_URL", "https://api.weixin.qq.com/sns/jscode2session")
SESSION_COOKIE_AGE = int(STAFF_SESSION.absolute.total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("LINLI_HTTPS", "") == "1"
SESSION_COOKIE_NAME = only_ours("sessionid", tls=SESSION_COOKIE_SECURE)
CSRF_COOKIE_NAME = only_ours("csrftoken", tls=SESSION_COOKIE_SECURE)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MEDIA_ROOT = HOME / "files"


def _scanner() -> str:
    """Return where the virus scanner is, if there is one."""
    url = os.environ.get("LINLI_SCANNER", "")
    if url:
        try:
            Scanner(url=url)
        except ValueError as error:
            raise SystemExit(f"LINLI_SCANNER: {error}") from error
    return url


SCANNER = _scanner()
LOGGING_CONFIG = None


KEEP_DAYS = _number("LINLI_KEEP_DAYS", 400)
PICTURE_DAYS = _number("LINLI_PICTURE_DAYS", 30)
PASSAGE_DAYS = _number("LINLI_PASSAGE_DAYS", 183)
VISIT_DAYS = _number("LINLI_VISIT_DAYS", 30)
PLATE_DAYS = _number("LINLI_PLATE_DAYS", 90)
"""So long after a passage its plate is kept: for disputes about parking."""
AUDIT_DAYS = _number("LINLI_AUDIT_DAYS", 3 * 366, least=183)
MOVED_OUT_DAYS = _number("LINLI_MOVED_OUT_DAYS", 3 * 366)
EPSILON_MILLI = _number("LINLI_EPSILON_MILLI", 3000, least=0, of="thousandths")
AUDIT_ANCHORS = Path(os.environ.get("LINLI_AUDIT_ANCHORS") or HOME / "audit" / "anchors.jsonl")
KEYS = Path(os.environ.get("LINLI_KEYS") or HOME / "keys")
APART_KEYS = Path(os.environ.get("LINLI_APART_KEYS") or HOME / "apart" / "keys")
AUDIT_ANCHOR_S = _number("LINLI_AUDIT_ANCHOR_S", 60, least=0, of="seconds")
AUDIT_SYSLOG = os.environ.get("LINLI_AUDIT_SYSLOG", "")
"""The collector of logs elsewhere to which the trail is told while it is made; empty: none."""
AUDIT_SYSLOG_CA = os.environ.get("LINLI_AUDIT_SYSLOG_CA", "")
CALLS_A_MINUTE = {
    "account": _number("LINLI_CALLS_ACCOUNT", 3000, least=0, of="calls a minute"),
    "third_party": _number("LINLI_CALLS_THIRD_PARTY", 600, least=0, of="calls a minute"),
    "address": _number("LINLI_CALLS_ADDRESS", 600, least=0, of="calls a minute"),
    "guest": _number("LINLI_CALLS_GUEST", 60, least=0, of="calls a minute"),
}
SANDBOX = os.environ.get("LINLI_SANDBOX", "")
"""The code of a community with invented data: third parties are let in there by themselves."""

if SANDBOX and not SANDBOX.startswith("sandbox"):
    raise ImproperlyConfigured("LINLI_SANDBOX names no real community: it begins with `sandbox`")

VIDEO_OUTSIDE = os.environ.get("LINLI_VIDEO_OUTSIDE", "") == "1"
"""Browsers elsewhere see the picture of a door directly; else only those on this machine."""
PUSH = os.environ.get("LINLI_PUSH", "") == "1"
PUSH_CONTACT = os.environ.get("LINLI_PUSH_CONTACT", "")
PUSH_INSIDE = os.environ.get("LINLI_PUSH_INSIDE", "") == "1"
OUTWARD_HOSTS = tuple(
    one.strip() for one in os.environ.get("LINLI_OUTWARD_HOSTS", "").split(",") if one.strip()
)
"""Whom we call outside, where the operator lists them; empty: whoever is outside."""
for _url in (OIDC_ISSUER, CODES if CODES != "shown" else "", WECHAT_URL if WECHAT_APP else ""):
    _host = urlsplit(_url).hostname
    if _host and not is_listed(_host, hosts=OUTWARD_HOSTS):
        raise SystemExit(f"LINLI_OUTWARD_HOSTS does not list {_host}, which other settings name")
WEBHOOKS_INSIDE = os.environ.get("LINLI_WEBHOOKS_INSIDE", "") == "1"
REFUND_FEN = _number("LINLI_REFUND_FEN", 20_000, least=0, of="fen")
"""More than so much of an order is given back by two persons only."""
PAYMENTS_INSIDE = os.environ.get("LINLI_PAYMENTS_INSIDE", "") == "1"
DEPARTMENTS_INSIDE = os.environ.get("LINLI_DEPARTMENTS_INSIDE", "") == "1"
