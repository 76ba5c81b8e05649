"""Declines: one error, the same in the answer and on the intent (Docs: Declines, Decline codes)."""

from typing import Any

from payments.standin.cards import decline_message
from payments.standin.errors import CARD_ERROR, ApiError, Body


def decline_error(code: str, decline_code: str, *, keep_effects: bool, **details: Any) -> ApiError:
    """A 402. `decline_code` is left out where the API's is the code itself."""
    shown = decline_code if code in {"card_declined", "authentication_required", "expired_card"} else None
    return ApiError(
        decline_message(decline_code),
        status=402,
        kind=CARD_ERROR,
        code=code,
        decline_code=shown,
        keep_effects=keep_effects,
        **details,
    )


def remembered(error: ApiError) -> Body:
    """The error as an intent remembers it (`last_payment_error`, `last_setup_error`), without the intent."""
    body: Body = error.body()["error"]
    return {name: value for name, value in body.items() if name not in {"payment_intent", "setup_intent"}}
