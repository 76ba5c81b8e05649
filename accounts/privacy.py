"""Personal data that is recognised but never kept in the clear."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PERSONAL = 16
"""Length of a person's codice fiscale; an organisation's has eleven digits."""


def tax_code_digest(tax_code: str) -> str:
    """Digest a checked codice fiscale: the same person gives the same digest, and nobody reads the code back from it.

    The key is a setting of its own (`TAX_CODE_KEY`), because the digests must outlive a rotation of `SECRET_KEY`.
    """
    key: str = settings.TAX_CODE_KEY
    if not key:
        raise ImproperlyConfigured("Set TAX_CODE_KEY: by it two accounts are known to be one person.")
    return hmac.new(key.encode(), f"codice-fiscale:{tax_code}".encode(), hashlib.sha256).hexdigest()
