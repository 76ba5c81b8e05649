"""A developer's machine and the demonstration."""

from .base import *  # noqa: F403
from .base import BANK_ACCOUNT_IBAN, BASE_DIR, CONTENT_SECURITY_POLICY, STRIPE_SECRET_KEY, env

DEBUG = True
SECRET_KEY = env.str("SECRET_KEY", default="for-development-only-never-in-production-0123456789")
TAX_CODE_KEY = env.str("TAX_CODE_KEY", default="for-development-only-either")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
CLOCK_MAY_MOVE = True
DEMO_MODE = True
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
MEDIA_ROOT = BASE_DIR / ".run" / "media"
PRIVATE_ROOT = BASE_DIR / ".run" / "private"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {"BACKEND": "crowdfund.kit.private.PrivateStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # read them at /dev/mail/

# The account of the demonstration: a valid number at a bank that does not exist
if not BANK_ACCOUNT_IBAN:
    BANK_ACCOUNT_IBAN = "IT40S0542811101000000123456"
    BANK_ACCOUNT_HOLDER = "Comune di Prova"
    BANK_BIC = "AAAAITMMXXX"

# Without a key of one's own, the stand-in plays Stripe: same SDK, same code, another address.
STANDIN_KEY = "sk_test_standin"
STANDIN_WEBHOOK_SECRET = "whsec_standin"  # noqa: S105 - the stand-in's, worth nothing
if not STRIPE_SECRET_KEY:
    STRIPE_RATE_PER_SECOND = 500.0  # the stand-in has no limit to respect
    STRIPE_SECRET_KEY = STANDIN_KEY
    STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default=STANDIN_WEBHOOK_SECRET)

# The hosted page of the stand-in is on another loopback port
CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] += ["http://127.0.0.1:*", "http://localhost:*"]
