"""One request of the API from its authentication to its answer."""

import base64
import binascii
import json
import re
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from payments.standin import forms, parameters, shapes, uploads
from payments.standin.call import Call
from payments.standin.clock import Clock
from payments.standin.errors import ApiError, Body, not_modelled
from payments.standin.exchange import Answer, Request, json_answer
from payments.standin.expand import expand
from payments.standin.faults import CutError, Faults, Rule, broken, rate_limited
from payments.standin.idempotency import Keys, Stored, fingerprint
from payments.standin.routes import INCLUDABLE, SHOWN, TABLE, run_due
from payments.standin.routing import Route, run
from payments.standin.store import Store, new_id

_TEST_KEY = re.compile(r"(sk|rk)_test_\w+")
_FOR_CONNECTED_ACCOUNTS = ("/v1/balance", "/v1/payouts")


@dataclass
class Desk:
    """What every request shares: the books, the time, the switches, and whom to wake when events are written."""

    store: Store
    clock: Clock
    faults: Faults
    base_url: str
    wake: Callable[[], None]

    def call(self) -> Call:
        """A step nobody asked for by the API: a page, the passing of time."""
        return Call(self.store, self.clock, self.base_url)

    def tick(self) -> None:
        """Do what has become due, and let deliveries start."""
        with self.store.transaction():
            while run_due(self.call()):
                pass
        self.wake()


class Api:
    """The API's requests."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._keys = Keys(desk.store)

    def answer(self, request: Request) -> Answer:
        """The answer to one request. Raises `CutError` when a switch wants no answer at all."""
        headers = {"Request-Id": new_id("req", 14), "Stripe-Version": shapes.API_VERSION}
        key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
        if key:
            headers["Idempotency-Key"] = key
        try:
            stored = self._answer(request, key, headers)
        except ApiError as error:
            return json_answer(error.status, error.body(), headers)
        return json_answer(stored.status, stored.body, headers)

    def _answer(self, request: Request, key: str, headers: dict[str, str]) -> Stored:
        secret = authenticate(request.headers.get("Authorization", ""))
        fired = self._desk.faults.take(request.method, request.path)
        if "cut_before" in fired:
            raise CutError
        if "rate_limit" in fired or self._desk.faults.over_limit():
            raise rate_limited()
        _check_version(request.headers.get("Stripe-Version", shapes.API_VERSION))
        found, ids = TABLE.match(request.method, request.path)
        raw = _decode(request)
        desk = self._desk
        call = Call(
            desk.store,
            desk.clock,
            desk.base_url,
            params=parameters.check(raw, found.type_name, found.modelled),
            account=request.headers.get("Stripe-Account", ""),
            request_id=headers["Request-Id"],
            idempotency_key=key or None,
        )
        if not key:
            return self._carry_out(call, found, ids, fired, None)
        mark = fingerprint(request.method, request.path, raw)
        whose = f"{secret} {call.account}".strip()  # a connected account has keys of its own
        replayed = self._keys.begin(whose, key, mark, call.now)
        if replayed:
            headers["Idempotent-Replayed"] = "true"
            return replayed
        try:
            return self._carry_out(
                call, found, ids, fired, lambda result: self._keys.save(whose, key, mark, call.now, result)
            )
        finally:
            self._keys.finish(whose, key)

    def _carry_out(
        self,
        call: Call,
        found: Route,
        ids: tuple[str, ...],
        fired: dict[str, Rule],
        save: Callable[[Stored], None] | None,
    ) -> Stored:
        """The effect and its stored result, in one transaction; the faults around them."""
        if "latency" in fired:
            time.sleep(fired["latency"].seconds)
        with call.store.transaction():
            run_due(call)
            result = _result(call, found, ids, broken_before="error_before" in fired)
            if "error_after" in fired:
                result = Stored(500, json.dumps(broken().body()))
            if save:
                save(result)
        if found.method != "GET":
            self._desk.wake()
        if "cut_after" in fired:
            raise CutError
        return result


def _result(call: Call, found: Route, ids: tuple[str, ...], *, broken_before: bool) -> Stored:
    """Carry out in a savepoint: a decline keeps its effects, any other refusal leaves none."""
    try:
        with call.store.savepoint():
            status, body = _outcome(call, found, ids, broken_before=broken_before)
    except ApiError as error:
        status, body = error.status, error.body()
    except Exception:  # noqa: BLE001 - a fault of the stand-in must look like a fault of the API
        traceback.print_exc(file=sys.stderr)
        status, body = 500, broken().body()
    return Stored(status, json.dumps(body, separators=(",", ":")))


def _outcome(call: Call, found: Route, ids: tuple[str, ...], *, broken_before: bool) -> tuple[int, Body]:
    if broken_before:
        raise broken()
    _check_account(call, found)
    try:
        body = run(found, call, ids)
    except ApiError as error:
        if not error.keep_effects:
            raise
        return error.status, error.body()
    return 200, expand(call, body, call.params.get("expand", []), INCLUDABLE, SHOWN)


def authenticate(header: str) -> str:
    """The secret key of a request, by Bearer or Basic (Docs: API reference, Authentication). Raises a 401."""
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            credentials = base64.b64decode(credentials, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            credentials = ""
    if not credentials:
        raise ApiError("You did not provide an API key. Give it in the Authorization header.", status=401)
    if "_live_" in credentials:
        raise ApiError("Live keys never come here: the stand-in takes test keys only.", status=401)
    if not _TEST_KEY.fullmatch(credentials):
        raise ApiError(f"Invalid API Key provided: {credentials[:8]}****", status=401)
    return credentials


def _decode(request: Request) -> dict[str, Any]:
    if request.method != "POST":
        return forms.decode(request.query)
    if not uploads.is_multipart(request.headers):
        return forms.decode(request.body.decode())
    if request.path != "/v1/files":
        raise not_modelled(f"multipart/form-data at {request.path}")
    return uploads.decode(request.headers, request.body)


def _check_version(version: str) -> None:
    if version != shapes.API_VERSION:
        raise not_modelled(f"the API version {version}; it speaks {shapes.API_VERSION}")


def _check_account(call: Call, found: Route) -> None:
    """Connected accounts act on little here: their balance and their payouts."""
    if not call.account:
        return
    account = call.store.get(call.account)
    if account is None or account["object"] != "account":
        raise ApiError(
            f"The provided key does not have access to account '{call.account}' (or that account does not exist).",
            status=403,
            code="account_invalid",
        )
    if not found.address.startswith(_FOR_CONNECTED_ACCOUNTS):
        raise not_modelled(f"{found.address} on behalf of a connected account")
