"""Bank accounts that payouts go to: the platform's own and connected accounts' (Docs: API reference, Bank accounts)."""

from payments.standin.call import Call, private, render
from payments.standin.errors import ApiError, Body
from payments.standin.ibans import ITALY, compact, well_formed
from payments.standin.objects.instruments import fingerprint

#: Why a bank may send a payout back (Docs: API reference, Payout failure codes), in the words of the API.
PAYOUT_FAILURES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "bank_account_restricted": "The bank account has restrictions on the type, or the number, of payouts allowed.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debit transactions are not approved on your bank account.",
    "declined": "The bank has declined this transfer.",
    "incorrect_account_holder_name": "Your bank notified us that the bank account holder name is incorrect.",
    "insufficient_funds": "Your Stripe account has insufficient funds to cover the payout.",
    "invalid_account_number": "The account number is invalid.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
    "no_account": "No bank account could be located with the details on file; they are probably incorrect.",
}


def add(call: Call, account_id: str, iban: str, *, holder: str | None = None) -> Body:
    """A bank account of a connected account (empty for the platform), the default one. Raises a 400 for a bad IBAN."""
    number = compact(iban)
    if not well_formed(number):
        raise ApiError(
            "The IBAN you provided is invalid.", code="invalid_bank_account_iban", param="external_account"
        )
    for other in of(call, account_id):
        call.save({**other, "default_for_currency": False})
    made = call.new(
        "bank_account",
        "ba",
        account=account_id or None,
        account_holder_name=holder,
        available_payout_methods=["standard"],
        bank_name="STRIPE TEST BANK",
        country=number[:2],
        currency="eur",
        default_for_currency=True,
        fingerprint=fingerprint(number),
        last4=number[-4:],
        metadata={},
        status="new",
    )
    private(made).update(owner=account_id, failure_code=None)
    return call.save(made)


def of(call: Call, account_id: str) -> list[Body]:
    """The bank accounts of a connected account, or (empty) of the platform, the newest first."""
    return call.store.find("bank_account", {"_standin.owner": account_id})


def default(call: Call, account_id: str) -> Body | None:
    """Where payouts go. The platform has one from the start, as if its Dashboard had been filled in."""
    found = next((one for one in of(call, account_id) if one["default_for_currency"]), None)
    return found if found or account_id else add(call, "", ITALY, holder="Civic crowdfunding")


def listed(call: Call, account_id: str) -> Body:
    """The list inside an account."""
    found = [render(call, one) for one in of(call, account_id)]
    url = f"/v1/accounts/{account_id}/external_accounts"
    return {"object": "list", "data": found, "has_more": False, "total_count": len(found), "url": url}
