"""The published test cards and what each does (Docs: Testing, Test cards)."""

from dataclasses import dataclass, field

ORDINARY = "4242424242424242"


@dataclass(frozen=True)
class Card:
    """One test card.

    `setup_decline` and `charge_decline` are (code, decline_code); `authenticate` is when the bank asks the
    holder: `never`, `until_set_up` or `always`. `dispute` is what the holder does afterwards: a reason, `inquiry`,
    `multiple` or nothing.
    """

    number: str
    token: str
    label: dict[str, str]
    setup_decline: tuple[str, str] | None = None
    charge_decline: tuple[str, str] | None = None
    authenticate: str = "never"
    dispute: str = ""
    straight_to_available: bool = False
    refund_outcome: str = "succeeded"
    offered: bool = field(default=True)
    brand: str = "visa"

    @property
    def last4(self) -> str:
        """The four digits a page may show."""
        return self.number[-4:]


def _declined(number: str, token: str, code: str, decline_code: str, en: str, it: str) -> Card:
    """A card that is refused both when it is saved and when it is charged."""
    pair = (code, decline_code)
    return Card(number, token, {"en": en, "it": it}, setup_decline=pair, charge_decline=pair, offered=False)


CARDS: dict[str, Card] = {
    card.number: card
    for card in (
        Card(ORDINARY, "pm_card_visa", {"en": "Works, every time", "it": "Funziona sempre"}),
        Card(
            "4000002500003155",
            "pm_card_authenticationRequiredOnSetup",
            {
                "en": "The bank asks you once, when the card is saved; later charges work",
                "it": "La banca chiede conferma una volta, al salvataggio; gli addebiti dopo funzionano",
            },
            authenticate="until_set_up",
        ),
        Card(
            "4000002760003184",
            "pm_card_authenticationRequired",
            {
                "en": "The bank asks you every time; a later charge without you is refused",
                "it": "La banca chiede conferma ogni volta; un addebito senza di te è rifiutato",
            },
            authenticate="always",
        ),
        Card(
            "4000008260003178",
            "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            {
                "en": "Can be saved (the bank asks you), but every charge finds no funds",
                "it": "Si salva (la banca chiede conferma), ma ogni addebito trova fondi insufficienti",
            },
            authenticate="until_set_up",
            charge_decline=("card_declined", "insufficient_funds"),
        ),
        Card(
            "4000000000000341",
            "pm_card_chargeCustomerFail",
            {
                "en": "Can be saved, but every charge is declined",
                "it": "Si salva, ma ogni addebito è rifiutato",
            },
            charge_decline=("card_declined", "generic_decline"),
        ),
        Card(
            "4000000000000002",
            "pm_card_visa_chargeDeclined",
            {"en": "Declined at once", "it": "Rifiutata subito"},
            setup_decline=("card_declined", "generic_decline"),
            charge_decline=("card_declined", "generic_decline"),
        ),
        Card(
            "4000000000009995",
            "pm_card_visa_chargeDeclinedInsufficientFunds",
            {"en": "Declined at once: no funds", "it": "Rifiutata subito: fondi insufficienti"},
            setup_decline=("card_declined", "insufficient_funds"),
            charge_decline=("card_declined", "insufficient_funds"),
        ),
        Card(
            "4000000000000259",
            "pm_card_createDispute",
            {
                "en": "Works, then the holder disputes the charge",
                "it": "Funziona, poi il titolare contesta l’addebito",
            },
            dispute="fraudulent",
        ),
        Card(
            "4000000000002685",
            "pm_card_createDisputeProductNotReceived",
            {
                "en": "Works, then the holder says that nothing came",
                "it": "Funziona, poi il titolare dice di non aver ricevuto nulla",
            },
            dispute="product_not_received",
            offered=False,
        ),
        Card(
            "4000000000001976",
            "pm_card_createDisputeInquiry",
            {
                "en": "Works, then the bank asks what it was",
                "it": "Funziona, poi la banca chiede che cosa fosse",
            },
            dispute="inquiry",
            offered=False,
        ),
        Card(
            "4000004040000079",
            "pm_card_createMultipleDisputes",
            {"en": "Works, then it is disputed twice", "it": "Funziona, poi è contestata due volte"},
            dispute="multiple",
            offered=False,
        ),
        Card(
            "4000000000000077",
            "pm_card_bypassPending",
            {
                "en": "Works, and the money is available at once",
                "it": "Funziona, e il denaro è subito disponibile",
            },
            straight_to_available=True,
        ),
        Card(
            "4000000000007726",
            "pm_card_pendingRefund",
            {
                "en": "Works; a refund stays pending first",
                "it": "Funziona; un rimborso resta prima in attesa",
            },
            refund_outcome="pending",
            offered=False,
        ),
        Card(
            "4000000000005126",
            "pm_card_refundFail",
            {"en": "Works; a refund fails later", "it": "Funziona; un rimborso fallisce dopo"},
            refund_outcome="failed",
            offered=False,
        ),
        Card(
            "5555555555554444",
            "pm_card_mastercard",
            {"en": "Works (Mastercard)", "it": "Funziona (Mastercard)"},
            brand="mastercard",
            offered=False,
        ),
        _declined(
            "4000000000000069",
            "pm_card_chargeDeclinedExpiredCard",
            "expired_card",
            "expired_card",
            "Declined: expired",
            "Rifiutata: scaduta",
        ),
        _declined(
            "4000000000000127",
            "pm_card_chargeDeclinedIncorrectCvc",
            "incorrect_cvc",
            "incorrect_cvc",
            "Declined: wrong CVC",
            "Rifiutata: CVC errato",
        ),
        _declined(
            "4000000000000119",
            "pm_card_chargeDeclinedProcessingError",
            "processing_error",
            "processing_error",
            "Declined: processing error",
            "Rifiutata: errore di elaborazione",
        ),
        _declined(
            "4000000000009987",
            "pm_card_visa_chargeDeclinedLostCard",
            "card_declined",
            "lost_card",
            "Declined: lost card",
            "Rifiutata: carta smarrita",
        ),
    )
}

TOKENS: dict[str, Card] = {card.token: card for card in CARDS.values()}

DECLINE_MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}


def decline_message(decline_code: str) -> str:
    """What the API tells the holder about a decline."""
    return DECLINE_MESSAGES.get(decline_code, "Your card was declined.")
