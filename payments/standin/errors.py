"""The error object every refused request answers with."""

from typing import Any

Body = dict[str, Any]

INVALID_REQUEST = "invalid_request_error"
CARD_ERROR = "card_error"
IDEMPOTENCY_ERROR = "idempotency_error"
API_ERROR = "api_error"

#: Private facts of the stand-in inside a stored object; never rendered.
PRIVATE = "_standin"


class ApiError(Exception):
    """A refusal, with its HTTP status and the fields of Stripe's error object.

    `keep_effects` is true for declines: the charge failed, and the failed charge and the intent's new status
    stay in the books; any other refusal leaves nothing behind.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = INVALID_REQUEST,
        code: str | None = None,
        param: str | None = None,
        keep_effects: bool = False,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.kind = message, status, kind
        self.code, self.param, self.keep_effects, self.details = code, param, keep_effects, details

    def body(self) -> Body:
        """The error object as the answer carries it; absent fields are left out."""
        error: Body = {"code": self.code, **self.details, "message": self.message, "param": self.param}
        intent = error.pop("intent", None)
        if intent:  # the error names it after its kind
            error[intent["object"]] = intent
        error = {name: value for name, value in error.items() if value is not None}
        if self.code:
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        return {"error": {**error, "type": self.kind}}


def missing(kind: str, object_id: str, *, param: str = "id", status: int = 404) -> ApiError:
    """Nothing by that id: 404 when the address names it, 400 when a parameter does."""
    noun = kind.replace("checkout.", "").replace("_", "")
    message = f"No such {noun}: '{object_id}'"
    return ApiError(message, status=status, code="resource_missing", param=param)


def not_modelled(what: str, *, param: str | None = None) -> ApiError:
    """Something the real API does and the stand-in does not: said aloud, never silently ignored."""
    return ApiError(f"The local stand-in does not model {what}.", code="standin_not_modelled", param=param)
