from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter

if TYPE_CHECKING:
    from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address a request comes from, by allauth's settings on trusted proxies: one policy for the site."""
    address: str = get_adapter().get_client_ip(request)
    return address
