"""The test-suite: real PostgreSQL, real HTTP, quick passwords."""

import tempfile
from pathlib import Path

from .dev import *  # noqa: F403
from .dev import DATABASES
from .dev import STRIPE_API_BASE as _BASE

DEBUG = False
DEMO_MODE = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = Path(tempfile.gettempdir()) / "crowdfund-test-media"
PRIVATE_ROOT = Path(tempfile.gettempdir()) / "crowdfund-test-private"
STRIPE_SECRET_KEY = "sk_test_standin"  # noqa: S105
STRIPE_WEBHOOK_SECRET = "whsec_standin"  # noqa: S105
STRIPE_API_BASE = _BASE
RECONCILE_NIGHTLY = False  # a test that wants a night says so
WHITENOISE_AUTOREFRESH = True  # the browser tests read static/ itself, nothing is collected
LOGGING = {"version": 1, "disable_existing_loggers": False}

# Tests that commit are cleaned by TRUNCATE, which the ledger refuses everywhere else
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c crowdfund.may_truncate=on"
WHITENOISE_AUTOREFRESH = True  # no collected files in tests
WHITENOISE_USE_FINDERS = True
