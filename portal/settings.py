"""Settings of every process. Environments differ only by variables: .env.example explains each."""

from datetime import timedelta
from email.utils import formataddr
from pathlib import Path
from urllib.parse import urlsplit

import celery.schedules
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent

# --- who this process is -------------------------------------------------------------------
ROLES = ("portal_owner", "portal_app", "portal_staff", "portal_dispatch", "portal_test")
FACE = env.choice("FACE", ("customer", "staff"), "customer")
PORTAL_ROLE = env.choice("PORTAL_ROLE", ROLES)
DEMO = env.flag("DEMO")
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY")

CUSTOMER_URL = env.text("CUSTOMER_URL", "http://localhost:8000").rstrip("/")
STAFF_URL = env.text("STAFF_URL", "http://localhost:8001").rstrip("/")
_FACE_URL = urlsplit(CUSTOMER_URL if FACE == "customer" else STAFF_URL)
ALLOWED_HOSTS = [_FACE_URL.hostname or "localhost", *env.words("ALLOWED_HOSTS")]
IS_HTTPS = _FACE_URL.scheme == "https"

# --- the carrier: nothing of it is ours, all of it is set ------------------------------------
CARRIER = {
    "name": env.text("CARRIER_NAME", "Northvane Networks"),
    "short_name": env.text("CARRIER_SHORT_NAME", "Northvane"),
    "legal_name": env.text("CARRIER_LEGAL_NAME", "Northvane Networks, Inc."),
    "issuer": env.code("CARRIER_ISSUER", ""),
    "address": env.text("CARRIER_ADDRESS", "1200 Quarry Street, Denver, CO 80202, United States"),
    "logo_url": env.text("CARRIER_LOGO_URL", ""),
    "accent": env.colour("CARRIER_ACCENT", "#0b5cad"),
    "phone": env.text("CARRIER_PHONE", "+1 303 555 0100"),
    "email": env.text("CARRIER_EMAIL", "care@northvane.example"),
    "public_id": env.text("CARRIER_PUBLIC_ID", "house"),
    # Whose calendar says when the day of a move between enterprises has come.
    "time_zone": env.text("CARRIER_TIME_ZONE", "America/Chicago"),
}

# The terms of use that the customers' people accept when they first sign in: asked for where there is a version.
TERMS_OF_USE = {
    "version": env.text("TERMS_OF_USE_VERSION", ""),
    "url": env.text("TERMS_OF_USE_URL", ""),
    "file": env.text("TERMS_OF_USE_FILE", ""),
}

# --- applications ----------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "portal",
    "accounts",
    "inventory",
    "orders",
    "billing",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.watch.WatchMiddleware",
    # A page of rows shrinks to a sixth. Tokens in forms are masked anew each time, and Django pads.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.ProblemMiddleware",
    "portal.middleware.CredentialMiddleware",
    # The session is saved after the tenant's commit, in a transaction of its own.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.SizeMiddleware",
    # Outside the transaction: what the library does after the commit asks for the request too.
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.TenantMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]
ROOT_URLCONF = f"portal.urls.{FACE}"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["portal.templatetags.portal"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "portal.http.shell",
            ],
        },
    }
]

# --- the database: one connection, one role --------------------------------------------------
_PASSWORD = env.text(f"{PORTAL_ROLE.upper()}_PASSWORD", "")
DATABASES = {"default": env.database("DATABASE_URL", user=PORTAL_ROLE, password=_PASSWORD)}
DATABASES["default"]["CONN_MAX_AGE"] = env.number("CONN_MAX_AGE", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The middleware owns the transaction; ATOMIC_REQUESTS would open another below it and lose the scope.
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ENTERPRISE_MODEL = "accounts.Enterprise"
AUTH_USER_MODEL = "accounts.User"
ADMISSION = "accounts.admission.admit"
SIGNING_IN = "accounts.admission.signing_in"
FRESHNESS = "accounts.factors.freshen"
LIBRARY_GUARD = "accounts.admission.guard_library"
KEEP_ALIVE = "accounts.sessions.keep_alive"
SIGN_IN_FIRST = "accounts.factors.sign_in_first"
SHELL = "accounts.admission.shell"
WHO_GRANTS = "accounts.admission.who_grants"
WHOM_TO_CALL = "accounts.admission.whom_to_call"
ACTORS = "accounts.selectors.find_actor"
AFTER_MIGRATE = ["accounts.services.ship_house_and_roles"]

# --- cache and queues ------------------------------------------------------------------------
CELERY_BROKER_URL, _cache = env.valkey("VALKEY_URL", db=0)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.valkey("VALKEY_URL", db=1)[1],
        "KEY_PREFIX": "demarc",
        # A cache that does not answer must not hold a request.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)},
    }
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long that takes
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "customer"
CELERY_TASK_ROUTES = {
    "portal.relay": {"queue": "dispatch"},
    # What looks across enterprises, and what is done for the carrier's people.
    "portal.clean_files": {"queue": "staff"},
    "portal.expire_drafts": {"queue": "staff"},
    "portal.expire_exports": {"queue": "staff"},
    "portal.export_for_staff": {"queue": "staff"},
    "portal.forget_answers": {"queue": "staff"},
    "portal.measure": {"queue": "dispatch"},
    "portal.reconcile": {"queue": "staff"},
    "accounts.*": {"queue": "staff"},
    "billing.*": {"queue": "staff"},
    "orders.*": {"queue": "staff"},
}


def _by_clock(task: str, *, expires: int, **when: str) -> dict[str, object]:
    """A task at times of the clock, in UTC; a tick that waited for so many seconds is dropped."""
    return {"task": task, "schedule": celery.schedules.crontab(**when), "options": {"expires": expires}}


CELERY_BEAT_SCHEDULE = {
    "relay": {
        "task": "portal.relay",
        "schedule": timedelta(seconds=2),
        # A tick that waited longer than the next one is of no use.
        "options": {"expires": 2},
    },
    "measure": {"task": "portal.measure", "schedule": timedelta(seconds=15), "options": {"expires": 15}},
    "reconcile": _by_clock("portal.reconcile", hour="3", minute="15", expires=3600),
    "bill-runs": _by_clock("billing.resume_bill_runs", minute="*/5", expires=240),
    "expired-exports": _by_clock("portal.expire_exports", minute="17", expires=3000),
    "files-of-nobody": _by_clock("portal.clean_files", minute="40", hour="3", expires=3 * 3600),
    "expired-drafts": _by_clock("portal.expire_drafts", minute="50", hour="3", expires=3 * 3600),
    "idle-people": _by_clock("accounts.look_for_idle", minute="20", hour="4", expires=6 * 3600),
    "access-reviews": _by_clock("accounts.look_at_reviews", minute="40", hour="4", expires=6 * 3600),
    "registrations": _by_clock("accounts.judge_registrations", minute="*/3", expires=170),
    "moves": _by_clock("accounts.look_at_moves", minute="*/3", expires=170),
    "takeovers": _by_clock("orders.look_at_takeovers", minute="*/5", expires=280),
    "contracts": _by_clock("orders.follow_contracts", minute="*/10", expires=500),
    "ends-of-contracts": _by_clock("orders.warn_of_ends", minute="35", hour="5", expires=6 * 3600),
    "promises": _by_clock("orders.watch_promises", minute="*", expires=55),
    "ending-keys": _by_clock("accounts.watch_keys", minute="5", hour="6", expires=3000),
    "readiness": _by_clock("orders.watch_readiness", minute="25", expires=3000),
    "order-plans": _by_clock("orders.look_at_plans", minute="25", expires=3000),
    "order-pace": _by_clock("orders.count_pace", minute="10", hour="2", expires=6 * 3600),
    "api-answers": _by_clock("portal.forget_answers", minute="17", expires=3000),
}

# --- signing in ------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.entrance.forms.NoWordsOfOurs"},
]
# A list of passwords known from breaches, a line each, which no person may choose; gzipped or not.
_BREACHED = env.text("BREACHED_PASSWORDS", "")
if _BREACHED:
    AUTH_PASSWORD_VALIDATORS.append(
        {
            "NAME": "django.contrib.auth.password_validation.CommonPasswordValidator",
            "OPTIONS": {"password_list_path": _BREACHED},
        }
    )
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # nobody is mailed: the adapter takes as long as if somebody were
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an address or a password changes
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # the adapter makes notices of them
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _FACE_URL.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "accounts.forms.AddKeyForm",
    "edit_webauthn": "accounts.forms.EditKeyForm",
    "authenticate": "accounts.entrance.forms.CodeForm",
    "reauthenticate": "accounts.entrance.forms.CodeAgainForm",
}
MFA_TOTP_TOLERANCE = env.number("TOTP_TOLERANCE", 0)  # steps of 30 seconds before and after the present one
MFA_RECOVERY_CODES_SHOW_ONCE = True  # they are kept hashed
MFA_TOTP_ISSUER = CARRIER["name"]
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds: a reset link lives 60 minutes

# Customers' own providers are reached at public https addresses alone, but in tests.
SIGN_ON_ANYWHERE = False
# Below it are views that wait for others in the world, and hold no transaction meanwhile.
UNTIED_BELOW = "/account/company/"
# The name server that is asked for the proof of a domain, as 192.0.2.53:53; empty for the machine's own.
SIGN_ON_DNS = env.text("SIGN_ON_DNS", "")

# --- the API: portal.api says all else ---------------------------------------------------------
REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,
    "SCHEMA_COERCE_PATH_PK": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Demarc",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["portal.api.schema.finish"],
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}

# --- sessions, cookies and headers -----------------------------------------------------------
# Cookies ignore ports, so that each face has names of its own; __Host- needs https.
_COOKIE = f"{'__Host-' if IS_HTTPS else ''}{FACE}"
SESSION_COOKIE_NAME = f"{_COOKIE}-session"
CSRF_COOKIE_NAME = f"{_COOKIE}-csrf"
LANGUAGE_COOKIE_NAME = f"{FACE}-language"
DEVICE_COOKIE_NAME = f"{_COOKIE}-device"
IDLE_MINUTES = env.number("IDLE_MINUTES", 30)
SESSION_HOURS = env.number("SESSION_HOURS", 12)
SESSION_COOKIE_AGE = SESSION_HOURS * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.http.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- languages and time ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("pt", "Português")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]

# --- files and static ------------------------------------------------------------------------
FILES_DIR = Path(env.text("FILES_DIR", str(BASE_DIR / "var" / "files")))
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Only our own files and what we have pinned there; libraries bring pages of theirs that are not shown.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # Never served by its URL: files leave through an authorised view.
        "OPTIONS": {"location": FILES_DIR, "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# What one document may take while it is printed.
PDF_SECONDS = env.number("PDF_SECONDS", 60)
PDF_MEGABYTES = env.number("PDF_MEGABYTES", 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # bytes of a form without its files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # larger ones wait in a temporary file
FILE_UPLOAD_PERMISSIONS = 0o600
# The whole of a form with files; every other request is held to the limit of forms.
UPLOAD_MAX_BYTES = env.number("UPLOAD_MEGABYTES", 110) * 1_000_000

# --- mail ------------------------------------------------------------------------------------
globals().update(env.mail("EMAIL_URL", f"file://{BASE_DIR / 'var' / 'mail'}"))
EMAIL_TIMEOUT = env.number("MAIL_STEP_SECONDS", 10)
MAIL_SECONDS = env.number("MAIL_SECONDS", 30)  # for one mail's whole conversation, however slowly the server speaks
# How long a worker has for one event or mail before another may take it over, and a hint before the relay repeats it.
LEASE_SECONDS = env.number("LEASE_SECONDS", 60)
HINT_SECONDS = env.number("HINT_SECONDS", 30)
if LEASE_SECONDS < MAIL_SECONDS + 5:
    raise ImproperlyConfigured("LEASE_SECONDS must exceed MAIL_SECONDS by 5 or more: a mail would be sent twice.")
# Seconds after each failed attempt; after the last one a person must look.
BACK_OFF = env.numbers("BACK_OFF", (60, 5 * 60, 15 * 60, 60 * 60, 4 * 60 * 60, 24 * 60 * 60))
# A name with a comma in it must not become two senders.
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", formataddr((CARRIER["name"], "portal@northvane.example")))
MAIL_DOMAIN = env.text("MAIL_DOMAIN", DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">"))

# --- what a process says of itself -------------------------------------------------------------
SLOW_QUERY_MS = env.number("SLOW_QUERY_MS", 500)
# Who shows it may read /metrics; while it is empty there is no such page.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
_SECRETS = [SECRET_KEY, _PASSWORD, METRICS_TOKEN, env.password("VALKEY_URL"), env.password("EMAIL_URL")]
LOGGING = logs.configuration(
    format=env.choice("LOG_FORMAT", ("json", "line"), "json"),
    level=env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
    secrets=_SECRETS,
)
