"""Settings of a real installation: everything that differs from one to the next comes from the environment."""

from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

django_stubs_ext.monkeypatch()  # lets `ModelForm[Project]` be written where Django itself can't yet

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_NAME = env.str("SITE_NAME", default="Milano Insieme")
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
ACCESSIBILITY_STATEMENT_URL = env.str("ACCESSIBILITY_STATEMENT_URL", default="")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "csp",
    "crowdfund",
    "accounts",
    "accounts.places",
    "accounts.notices",
    "campaigns",
    "campaigns.calls",
    "campaigns.commission",
    "campaigns.reporting",
    "campaigns.codesign",
    "campaigns.sustainability",
    "campaigns.accompaniment",
    "payments",
    "payments.bank",
    "payments.cash",
    "payments.ledger",
    "payments.matching",
    "payments.receipts",
    "payments.reconciliation",
    "payments.simulations",
    "payments.spending",
    "payments.webhooks",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "crowdfund.middleware.SecondFactorMiddleware",
    "crowdfund.middleware.RefusedMiddleware",
]

ROOT_URLCONF = "crowdfund.urls"
WSGI_APPLICATION = "crowdfund.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crowdfund.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres:///crowdfund")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {  # the web does not wait for a broker that is away: the sweep finds the rows
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 1,
    "interval_start": 0.1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True

# People
TAX_CODE_KEY = env.str("TAX_CODE_KEY", default="")  # never rotated: by it a person is known by two accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME

# Languages: in the address, never guessed
LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale" / room for room in ("crowdfund", "accounts", "campaigns", "payments")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Rome"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))
PRIVATE_ROOT = env.path(
    "PRIVATE_ROOT", default=str(BASE_DIR / "private")
)  # documents: no web server serves them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {"BACKEND": "crowdfund.kit.private.PrivateStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Emails leave as rows (accounts.notices); this is the last step
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Milano Insieme <noreply@example.org>")

# Money: test mode unless an installation signs for more
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="")
STRIPE_LIVE_SIGNED_FOR = env.bool("STRIPE_LIVE_SIGNED_FOR", default=False)
if STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")) and not STRIPE_LIVE_SIGNED_FOR:
    raise ImproperlyConfigured("A live Stripe key is refused: this service runs in test mode.")
STRIPE_RATE_PER_SECOND = env.float("STRIPE_RATE_PER_SECOND", default=20.0)
CARD_LIMIT_CENTS = env.int("CARD_LIMIT_CENTS", default=1_000_000)
DEBIT_LIMIT_CENTS = env.int("DEBIT_LIMIT_CENTS", default=1_000_000)  # Stripe takes no more in one SEPA debit
CASH_LIMIT_CENTS = env.int("CASH_LIMIT_CENTS", default=100_000)  # the most that a desk takes for one receipt
CASH_NAMED_ABOVE_CENTS = env.int("CASH_NAMED_ABOVE_CENTS", default=100_000)  # above it the donor gives a name
PLEDGE_MIN_CENTS = env.int("PLEDGE_MIN_CENTS", default=200)
RESERVATION_DAYS = env.int(
    "RESERVATION_DAYS", default=365
)  # a campaign launches until then, or its match is free
RECONCILE_NIGHTLY = env.bool("RECONCILE_NIGHTLY", default=True)
# Bank transfers: off while there is no account (see docs/bank.md)
BANK_ACCOUNT_IBAN = env.str("BANK_ACCOUNT_IBAN", default="").replace(" ", "").upper()
BANK_ACCOUNT_HOLDER = env.str("BANK_ACCOUNT_HOLDER", default="")
BANK_BIC = env.str("BANK_BIC", default="").replace(" ", "").upper()
BANK_WAIT_DAYS = env.int("BANK_WAIT_DAYS", default=5)  # a close waits at most so long for the last statement
BANK_RETURN_DAYS = env.int("BANK_RETURN_DAYS", default=30)  # then what nobody can place goes back
TRANSFER_MIN_CENTS = env.int("TRANSFER_MIN_CENTS", default=500)
TRANSFER_LIMIT_CENTS = env.int("TRANSFER_LIMIT_CENTS", default=10_000_000)
TRANSFER_PERSON_CENTS = env.int("TRANSFER_PERSON_CENTS", default=1_000_000)  # above it only with a login
CLOCK_MAY_MOVE = False
DEMO_MODE = env.bool("DEMO_MODE", default=False)

# Safety
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # a probe inside the cluster speaks plain HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        # browsers hold redirects after a form to this too
        "form-action": [SELF, "https://checkout.stripe.com", "https://connect.stripe.com"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "crowdfund.kit.errors.api_exception_handler",
    "PAGE_SIZE": 20,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Civic crowdfunding",
    "DESCRIPTION": "Campaigns, pledges, the municipality's match and what became of it. Amounts in whole cents.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {  # many things have a status or a kind: each list of values has its own name
        "ApplicationStatusEnum": "campaigns.calls.enums.ApplicationStatus",
        "BudgetKindEnum": "campaigns.enums.BudgetKind",
        "CallStatusEnum": "campaigns.calls.enums.CallStatus",
        "CampaignStatusEnum": "campaigns.enums.CampaignStatus",
        "EnterpriseStatusEnum": "campaigns.accompaniment.enums.EnterpriseStatus",
        "EvidenceKindEnum": "payments.enums.EvidenceKind",
        "CityRoleEnum": "accounts.enums.Role",
        "EvaluatorRoleEnum": "campaigns.commission.enums.EvaluatorRole",
        "MilestoneStatusEnum": "campaigns.enums.MilestoneStatus",
        "NeedSourceEnum": "campaigns.codesign.enums.NeedSource",
        "NeedStatusEnum": "campaigns.codesign.enums.NeedStatus",
        "PledgeStatusEnum": "payments.enums.PledgeStatus",
        "ProposalStatusEnum": "campaigns.codesign.enums.ProposalStatus",
        "RuleKindEnum": "campaigns.calls.enums.RuleKind",
        "SimulationSourceEnum": "payments.simulations.enums.Source",
        "ThemeEnum": "campaigns.enums.Theme",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"stripe": {"level": "WARNING"}},  # its INFO lines hold addresses of people's pages
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
