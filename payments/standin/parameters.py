"""Strict checking of parameters against the types the installed SDK publishes (`stripe.params`)."""

import types
from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import import_module
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from stripe._request_options import RequestOptions

from payments.standin.errors import ApiError, not_modelled

Raw = Any  # str, or a dictionary of Raw
Check = Callable[[Raw, str], Any]
_UNIONS = (Union, types.UnionType)


class Mismatch(Exception):  # noqa: N818 - not an error of the program: one branch of a union did not fit
    """The value is not of this type; carries the refusal to send if no other type fits.

    `wrong_shape`: text where an object or a list belongs, or the other way round, which says the least.
    """

    def __init__(self, refusal: ApiError, *, wrong_shape: bool = False) -> None:
        super().__init__(refusal.message)
        self.refusal, self.wrong_shape = refusal, wrong_shape


def check(raw: dict[str, Raw], type_name: str, modelled: Collection[str]) -> dict[str, Any]:
    """The typed parameters of one request.

    `type_name` is the name of the SDK's module without its ends (`payment_intent_create`,
    `checkout.session_create`). Unknown, ill-typed, empty and missing parameters are refused with a 400; so is a
    parameter that exists but whose effect the stand-in does not model.
    """
    try:
        values: dict[str, Any] = _object(_request_type(type_name))(raw, "")
    except Mismatch as mismatch:
        raise mismatch.refusal from None
    for name in values:
        if name != "expand" and name not in modelled:
            raise not_modelled(f"the parameter {name}", param=name)
    return values


@cache
def _request_type(type_name: str) -> type:
    """The published type of a request's parameters."""
    folder, _, stem = type_name.rpartition(".")
    module = import_module(f"stripe.params.{folder + '.' if folder else ''}_{stem}_params")
    wanted = f"{stem}_params".replace("_", "").lower()
    found: type = next(value for name, value in vars(module).items() if name.lower() == wanted)
    return found


@cache
def _object(typed: type) -> Check:
    """A checker for one TypedDict, without the options the SDK takes beside the parameters."""
    own = {
        name: hint
        for name, hint in typed.__annotations__.items()
        if name not in RequestOptions.__annotations__ or not _takes_options(typed)
    }
    shim = type("Shim", (), {"__annotations__": own})
    hints = get_type_hints(shim, globalns=vars(import_module(typed.__module__)))
    required = sorted(typed.__required_keys__ & own.keys())  # type: ignore[attr-defined]
    checks: dict[str, Check] = {}

    def checker(raw: Raw, path: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise Mismatch(ApiError("Invalid object", param=path), wrong_shape=True)
        _refuse_unknown(raw, hints, path)
        values = {}
        for name, value in raw.items():
            if name not in checks:
                checks[name] = _checker(hints[name])
            values[name] = checks[name](value, _join(path, name))
        for name in required:
            if name not in values:
                where = _join(path, name)
                raise Mismatch(
                    ApiError(f"Missing required param: {where}.", code="parameter_missing", param=where)
                )
        return values

    return checker


def _takes_options(typed: type) -> bool:
    """Whether a TypedDict inherits the SDK's request options (they are not sent)."""
    return RequestOptions in getattr(typed, "__orig_bases__", ())


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _refuse_unknown(raw: dict[str, Raw], hints: dict[str, Any], path: str) -> None:
    unknown = [_join(path, name) for name in raw if name not in hints]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        message = f"Received unknown parameter{plural}: {', '.join(unknown)}"
        raise Mismatch(ApiError(message, code="parameter_unknown", param=unknown[0]))


def _checker(hint: Any) -> Check:
    """The checker for any published type."""
    origin = get_origin(hint)
    if origin in _UNIONS:
        return _union(get_args(hint))
    if origin is Literal:
        return _literal(get_args(hint))
    if origin is list:
        return _array(get_args(hint)[0])
    if origin is dict or getattr(origin or hint, "__name__", "") == "UntypedStripeObject":
        return _mapping
    if hasattr(hint, "__required_keys__"):
        return _object(hint)
    return _SCALARS.get(hint, _string)


def _union(options: tuple[Any, ...]) -> Check:
    """The first type that fits. A list of literals is closed, though the SDK adds `str` for later versions."""
    literals = [value for option in options if get_origin(option) is Literal for value in get_args(option)]
    rest = [option for option in options if get_origin(option) is not Literal]
    if any(literals):
        rest = [option for option in rest if option is not str]
    branches = [_checker(option) for option in sorted(rest, key=lambda option: option is str)]
    if literals:
        branches.insert(0, _literal(tuple(literals)))

    def checker(raw: Raw, path: str) -> Any:
        refusals = []
        for branch in branches:
            try:
                return branch(raw, path)
            except Mismatch as mismatch:
                refusals.append(mismatch)
        raise min(refusals, key=lambda refusal: refusal.wrong_shape)

    return checker


def _literal(allowed: tuple[Any, ...]) -> Check:
    names = ", ".join(str(value) for value in allowed if value != "")

    def checker(raw: Raw, path: str) -> Any:
        if isinstance(raw, str):
            for value in allowed:
                if raw == str(value):
                    return value
        refusal = ApiError(f"Invalid {path}: must be one of {names}", param=path)
        raise Mismatch(refusal, wrong_shape=not isinstance(raw, str))

    return checker


def _array(item: Any) -> Check:
    inner = _checker(item)

    def checker(raw: Raw, path: str) -> list[Any]:
        if not isinstance(raw, dict) or not all(key.isdecimal() for key in raw):
            raise Mismatch(ApiError("Invalid array", param=path), wrong_shape=True)
        ordered = sorted(raw.items(), key=lambda pair: int(pair[0]))
        return [inner(value, f"{path}[{position}]") for position, value in ordered]

    return checker


def _mapping(raw: Raw, path: str) -> dict[str, str]:
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise Mismatch(ApiError("Invalid object", param=path), wrong_shape=True)
    return dict(raw)


def _anything(raw: Raw, path: str) -> Any:
    return raw


def _string(raw: Raw, path: str) -> str:
    if not isinstance(raw, str):
        raise Mismatch(ApiError("Invalid string", param=path), wrong_shape=True)
    if not raw:
        message = (
            f"You passed an empty string for '{path}'. An empty value unsets a parameter; '{path}' cannot be "
            "unset. Leave it out of the request or give it a value."
        )
        raise Mismatch(ApiError(message, code="parameter_invalid_empty", param=path))
    return raw


def _integer(raw: Raw, path: str) -> int:
    text = _string(raw, path)
    if not text.removeprefix("-").isdecimal() or not text.isascii():
        raise Mismatch(ApiError(f"Invalid integer: {text}", code="parameter_invalid_integer", param=path))
    return int(text)


def _boolean(raw: Raw, path: str) -> bool:
    text = _string(raw, path)
    if text not in {"true", "false"}:
        raise Mismatch(ApiError(f"Invalid boolean: {text}", param=path))
    return text == "true"


def _decimal(raw: Raw, path: str) -> Decimal:
    text = _string(raw, path)
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Mismatch(ApiError(f"Invalid decimal: {text}", param=path)) from None


_SCALARS: dict[Any, Check] = {int: _integer, bool: _boolean, Decimal: _decimal, float: _decimal, str: _string}
_SCALARS[Any] = _anything  # a file
