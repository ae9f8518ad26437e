"""Settings of the web application.

Everything a running copy keeps lies in one folder, `SOJOURN_HOME` (default `./var`): the embedded
database and the two secrets. Importing this module writes nothing; `serve` makes the folder.
"""

from __future__ import annotations

import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("SOJOURN_HOME", "var")).resolve()
SECRET_KEY_FILE = HOME / "secret.key"
MASTER_KEY_FILE = HOME / "master.key"

DEBUG = False
DEMO = os.environ.get("SOJOURN_DEMO") == "1"


def _secret_key() -> str:
    """The stored key, or one that lasts as long as this process (checks, tests, translations)."""
    from_environment = os.environ.get("SOJOURN_SECRET_KEY")
    if from_environment:
        return from_environment
    if SECRET_KEY_FILE.exists():
        return SECRET_KEY_FILE.read_text().strip()
    return secrets.token_urlsafe(48)


def _database(url: str | None) -> dict[str, object]:
    """The database that a `DATABASE_URL` names; the embedded one where there is none."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "sojourn.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # Writers queue instead of failing halfway, and what is erased is overwritten.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
                    "PRAGMA foreign_keys=ON;PRAGMA secure_delete=ON;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL must begin with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def _number(name: str, usual: int) -> int:
    """A whole number above 0 from the environment."""
    text = os.environ.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"{name} must be a whole number above 0")
    return int(text)


def _networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Networks from the environment, written such as 10.1.0.0/16, with commas between."""
    texts = [text.strip() for text in os.environ.get(name, "").split(",") if text.strip()]
    try:
        return [ip_network(text) for text in texts]
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _neutral_page() -> str:
    """Where "leave quickly" leads; a page of our own that shows this month where none is named."""
    address = os.environ.get("SOJOURN_LEAVE_TO", "")
    if address and not address.startswith("https://"):
        raise ValueError("SOJOURN_LEAVE_TO must begin with https://")
    return address


SECRET_KEY = _secret_key()
DATABASES = {"default": _database(os.environ.get("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The address under which other machines reach this copy, such as https://sojourn.example.org.
ORIGIN = os.environ.get("SOJOURN_ORIGIN", "")
HTTPS = ORIGIN.startswith("https://")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
if ORIGIN:
    ALLOWED_HOSTS.append(urlsplit(ORIGIN).hostname or "")
    CSRF_TRUSTED_ORIGINS = [ORIGIN]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "sojourn.web.accounts",
    "sojourn.web.audit",
    "sojourn.web.people",
    "sojourn.web.consent",
    "sojourn.web.programmes",
    "sojourn.web.cases",
    "sojourn.web.plans",
    "sojourn.web.followup",
    "sojourn.web.caseload",
    "sojourn.web.notes",
    "sojourn.web.kin",
    "sojourn.web.duplicates",
    "sojourn.web.incidents",
    "sojourn.web.journeys",
    "sojourn.web.interests",
    "sojourn.web.field",
    "sojourn.web.places",
    "sojourn.web.frameworks",
    "sojourn.web.glass",
    "sojourn.web.api",
    "sojourn.web.webhooks",
    "sojourn.web.printing",
    "sojourn.web.exports",
    "sojourn.web.imports",
    "sojourn.web.reach",
    "sojourn.web.oversight",
    "sojourn.web.home",
    "sojourn.web.walls",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "sojourn.web.middleware.request_id",
    "sojourn.web.middleware.private_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sojourn.web.accounts.middleware.sessions_end",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sojourn.web.accounts.middleware.SecondFactorFirst",
    # On PostgreSQL one transaction, in which the database knows who asks.
    "sojourn.web.walls.standing.wall",
    # Innermost: what a view showed is written down before the answer passes on.
    "sojourn.web.audit.middleware.reads_before_the_answer",
]

ROOT_URLCONF = "sojourn.web.urls"
WSGI_APPLICATION = "sojourn.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "sojourn.web.context.page",
            ],
        },
    },
]

# A folder that somebody else owns, where each signed checkpoint of the audit is left as a file.
AUDIT_DEPOSIT = os.environ.get("SOJOURN_AUDIT_DEPOSIT", "")

# Sign-in --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "sojourn.web.accounts.passwords.Strength"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:day"
ACCOUNT_ADAPTER = "sojourn.web.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# How fast anybody may try at all; what wrong attempts lead to is in accounts/lockout.py.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": None}
ACCOUNT_FORMS = {"login": "sojourn.web.accounts.forms.SignInForm"}
MFA_ADAPTER = "sojourn.web.accounts.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Sojourn"
MFA_TOTP_TOLERANCE = 1  # clocks of phones without network drift
MFA_FORMS = {
    "authenticate": "sojourn.web.accounts.second_factor.CodeForm",
    "reauthenticate": "sojourn.web.accounts.second_factor.CodeAgainForm",
    "activate_totp": "sojourn.web.accounts.second_factor.FirstCodeForm",
    "login_webauthn": "sojourn.web.accounts.second_factor.PasskeySignInForm",
    "authenticate_webauthn": "sojourn.web.accounts.second_factor.PasskeyNextForm",
    "reauthenticate_webauthn": "sojourn.web.accounts.second_factor.PasskeyAgainForm",
    "add_webauthn": "sojourn.web.accounts.second_factor.PasskeyForm",
}
# The demonstration holds invented people only, and has to open with a printed password. It says
# so on its sign-in page; a folder with real organisations cannot be started as a demonstration.
SECOND_FACTOR_FORCED = not DEMO
# Only invitations are mailed, and only where a server is named: smtp://user:password@host:587
# (upgraded to TLS) or smtps://user:password@host:465.
MAIL = os.environ.get("SOJOURN_MAIL", "")
_MAIL = urlsplit(MAIL)
if MAIL and (_MAIL.scheme not in ("smtp", "smtps") or not _MAIL.hostname):
    raise ValueError("SOJOURN_MAIL must begin with smtp:// or smtps:// and name a server")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "", _MAIL.port or 587
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.scheme == "smtp", _MAIL.scheme == "smtps"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("SOJOURN_MAIL_FROM", f"sojourn@{_MAIL.hostname or 'localhost'}")

# How long a file opened in an emergency stays open.
EMERGENCY_MINUTES = _number("SOJOURN_EMERGENCY_MINUTES", 60)

# How many requests a token may send in a minute.
API_PER_MINUTE = _number("SOJOURN_API_PER_MINUTE", 120)

# Private networks that webhooks may reach all the same.
WEBHOOK_NETWORKS = _networks("SOJOURN_WEBHOOK_NETWORKS")

# Sessions end after half an hour without a request: shared computers are usual. However busy, they
# end after a long working day, so that a stolen one does not live on.
SESSION_COOKIE_AGE = _number("SOJOURN_IDLE_MINUTES", 30) * 60
SESSION_LONGEST = _number("SOJOURN_SESSION_HOURS", 12) * 3600
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "sojourn.web.errors.csrf_failure"
# A message may name something about a person; the session stays on the server, a cookie does not.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LEAVE_TO = _neutral_page()

# Headers --------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *([f"https://{urlsplit(LEAVE_TO).netloc}"] if LEAVE_TO else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 110
OPENROSA_MAX_BYTES = 10_000_000
# Uploads stay in memory: a temporary file would leave a person's answers on the disk in clear.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = OPENROSA_MAX_BYTES

# Languages ------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("ar", _("Arabic")),
    ("es", _("Spanish")),
]
LOCALE_PATHS = [BASE / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
USE_I18N = True
FORMAT_MODULE_PATH = ["sojourn.web.dates"]
USE_TZ = True
TIME_ZONE = os.environ.get("SOJOURN_TIME_ZONE", "UTC")

# What records of consent name as the law they are given under; empty where nobody set it up.
JURISDICTION = os.environ.get("SOJOURN_JURISDICTION", "").strip()[:40]
LEGAL_REFERENCE = os.environ.get("SOJOURN_LEGAL_REFERENCE", "").strip()[:200]

# Static files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [folder for folder in [BASE / "static"] if folder.exists()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9A-Za-z_-]{8,}\.(js|css|woff2?|svg|wasm)$"

# Which framework an assessment uses until an organisation chooses another one.
FRAMEWORK = os.environ.get("SOJOURN_FRAMEWORK", "domv")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"impersonal": {"()": "sojourn.web.log.Impersonal"}},
    "formatters": {"plain": {"()": "sojourn.web.log.Formatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["impersonal"],
            "formatter": "plain",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django's own set-up mails admins and prints on a console of its own.
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "sojourn": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
LOGGING_CONFIG = "logging.config.dictConfig"
