"""The header `Idempotency-Key`: a write sent twice with the same key happens once and answers the same.

The key is written in the transaction of the deed, so that neither stands without the other, whatever dies when. A
refused deed keeps no key: nothing has changed, and it may be tried again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.api.addresses import client_address
from accounts.models import IdempotencyKey
from accounts.permissions import is_person
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

HEADER = "Idempotency-Key"
LONGEST = 80
KEPT_FOR = dt.timedelta(days=1)


class OtherBody(Refused):
    """The key was used before, for something else."""

    status = 422


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a deed answered: the HTTP status, a JSON object, and whether it was answered before."""

    status: int
    body: dict[str, Any]
    again: bool = False


def once(request: Request, deed: Callable[[], tuple[int, dict[str, Any]]], *, now: dt.datetime) -> Answer:
    """Do a deed once for the request's key, in one transaction with the key; without a key, just do it.

    `deed` returns a status and a JSON object to be answered again; what needs the network comes after, from what it
    answered. Keys belong to the person, or to the address of a guest, and to the route. Raises `Invalid` (a malformed
    key), `OtherBody` (422: same key, other request), `Refused` (409: the first one is still being worked on).
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return Answer(*deed())
    if len(key) > LONGEST or not key.isprintable():
        raise Invalid("bad_idempotency_key", _("An Idempotency-Key has at most 80 printable characters."))
    scope, fingerprint = _scope(request), _fingerprint(request)
    try:
        with transaction.atomic():
            known = _look(scope, key)
            if known is None:
                status, body = deed()
                IdempotencyKey.objects.create(
                    scope=scope, key=key, fingerprint=fingerprint, status=status, answer=body, created_at=now
                )
                return Answer(status, body)
    except IntegrityError as error:
        known = _found(scope, key)
        if known is None:  # something else than the key
            raise error from None
    return _again(known, fingerprint)


def _scope(request: Request) -> str:
    who = f"user:{request.user.pk}" if is_person(request.user) else f"address:{client_address(request)}"
    route = hashlib.sha256(f"{request.method} {request.path}".encode()).hexdigest()[:16]
    return f"{who}|{route}"[:80]


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.path} {body}".encode()).hexdigest()


def _look(scope: str, key: str) -> tuple[str, int, dict[str, Any]] | None:
    """Read the key and, in the same statement, take its lock until the transaction ends; 409 if another holds it."""
    table = connection.ops.quote_name(IdempotencyKey._meta.db_table)  # noqa: SLF001 - the table's name
    look = (
        "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)), k.fingerprint, k.status, k.answer::text "  # noqa: S608
        f"FROM (SELECT) AS one LEFT JOIN {table} k ON k.scope = %s AND k.key = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(look, [f"idempotency {scope} {key}", scope, key])
        alone, fingerprint, status, answer = cursor.fetchone()
    if fingerprint is not None:
        return fingerprint, status, json.loads(answer)
    if not alone:
        raise Refused("in_flight", _("The same request is being worked on. Ask again in a moment."))
    return None


def _found(scope: str, key: str) -> tuple[str, int, dict[str, Any]] | None:
    known = IdempotencyKey.objects.filter(scope=scope, key=key).first()
    return (known.fingerprint, known.status or 200, known.answer or {}) if known else None


def _again(known: tuple[str, int, dict[str, Any]], fingerprint: str) -> Answer:
    if known[0] != fingerprint:
        raise OtherBody(
            "idempotency_key_reused", _("This Idempotency-Key was used before, for another request.")
        )
    return Answer(known[1], known[2], again=True)


def forget_keys() -> int:
    """Drop keys older than a day; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT_FOR).delete()[0]
