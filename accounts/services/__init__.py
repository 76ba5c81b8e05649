"""People, their organisations, their roles and their keys."""

from accounts.services.calendar import renew_calendar_link, withdraw_calendar_link
from accounts.services.organisations import (
    add_member,
    check_tax_code,
    create_organisation,
    edit_organisation,
    free_slug,
    remove_member,
)
from accounts.services.profile import update_profile
from accounts.services.roles import find_person, grant_role, withdraw_role
from accounts.services.tokens import issue_token, revoke_token, token_digest

__all__ = [
    "add_member",
    "check_tax_code",
    "create_organisation",
    "edit_organisation",
    "find_person",
    "free_slug",
    "grant_role",
    "issue_token",
    "remove_member",
    "renew_calendar_link",
    "revoke_token",
    "token_digest",
    "update_profile",
    "withdraw_calendar_link",
    "withdraw_role",
]
