"""What the hosted pages say, in English and Italian; no catalogue, the stand-in stands without the project."""

from email.message import Message

WORDS: dict[str, tuple[str, str]] = {
    "test_banner": (
        "Test page on this machine: no bank, no real money.",
        "Pagina di prova su questa macchina: nessuna banca, nessun denaro vero.",
    ),
    "pay_title": ("Pay {amount}", "Paga {amount}"),
    "save_title": ("Save your card", "Salva la tua carta"),
    "merchant": ("Merchant: {name}", "Esercente: {name}"),
    "nothing_charged": (
        "Nothing is charged now. The card is kept so that it can be charged later, without you, as you agreed.",
        "Ora non si addebita nulla. La carta si conserva per un addebito successivo, senza di te, come concordato.",
    ),
    "for": ("For", "Per"),
    "email": ("Email", "Email"),
    "choose_card": ("Choose a test card", "Scegli una carta di prova"),
    "type_card": ("Or type a card number", "Oppure scrivi un numero di carta"),
    "card_number": ("Card number", "Numero della carta"),
    "card_hint": (
        "Leave it empty to use the card chosen above.",
        "Lascialo vuoto per usare la carta scelta sopra.",
    ),
    "expiry": ("Expiry (MM/YY)", "Scadenza (MM/AA)"),
    "cvc": ("Security code (CVC)", "Codice di sicurezza (CVC)"),
    "name": ("Name on the card", "Nome sulla carta"),
    "pay": ("Pay {amount}", "Paga {amount}"),
    "save": ("Save the card", "Salva la carta"),
    "back": ("Cancel and go back", "Annulla e torna indietro"),
    "problem": ("There is a problem", "C’è un problema"),
    "bad_number": ("This is not one of the test card numbers.", "Questo non è un numero di carta di prova."),
    "bad_expiry": ("Give a month and year to come, as MM/YY.", "Indica un mese e anno futuri, come MM/AA."),
    "bad_cvc": (
        "Give the three digits of the security code.",
        "Indica le tre cifre del codice di sicurezza.",
    ),
    "bad_email": ("Give an email address.", "Indica un indirizzo email."),
    "declined": (
        "The card was declined. Choose another card.",
        "La carta è stata rifiutata. Scegli un’altra carta.",
    ),
    "insufficient_funds": (
        "The card has insufficient funds. Choose another card.",
        "Fondi insufficienti. Scegli un’altra carta.",
    ),
    "not_authenticated": (
        "The bank did not confirm it was you. Try again, or choose another card.",
        "La banca non ha confermato che fossi tu. Riprova o scegli un’altra carta.",
    ),
    "bank_title": ("Your bank asks for confirmation", "La tua banca chiede conferma"),
    "bank_pay": (
        "Test of 3-D Secure: confirm the payment of {amount} with the card ending in {last4}.",
        "Prova di 3-D Secure: conferma il pagamento di {amount} con la carta che finisce con {last4}.",
    ),
    "bank_save": (
        "Test of 3-D Secure: confirm that the card ending in {last4} may be kept.",
        "Prova di 3-D Secure: conferma che la carta che finisce con {last4} può essere conservata.",
    ),
    "complete": ("Complete", "Conferma"),
    "fail": ("Fail", "Rifiuta"),
    "expired_title": ("This page has expired", "Questa pagina è scaduta"),
    "expired_text": (
        "Nothing was saved or charged. Start again from the site you came from.",
        "Nulla è stato salvato o addebitato. Ricomincia dal sito da cui arrivi.",
    ),
    "done_title": ("All done", "Fatto"),
    "done_text": ("This page has already been completed.", "Questa pagina è già stata completata."),
    "continue": ("Continue", "Continua"),
    "missing_title": ("Page not found", "Pagina non trovata"),
    "missing_text": ("There is nothing at this address.", "Non c’è nulla a questo indirizzo."),
    "onboarding_title": ("Receive payments", "Ricevi pagamenti"),
    "onboarding_text": (
        (
            "Test of onboarding: on the real page an organisation gives its data, its bank account and an identity "
            "document. Here one button does it."
        ),
        (
            "Prova di iscrizione: sulla pagina vera un’organizzazione dà i suoi dati, il conto e un documento. "
            "Qui basta un pulsante."
        ),
    ),
    "account": ("Account", "Conto"),
    "finish": ("Finish", "Completa"),
    "later": ("Not now", "Non ora"),
    "receipt_title": ("Receipt", "Ricevuta"),
    "receipt_text": ("Test charge of {amount}.", "Addebito di prova di {amount}."),
}

LANGUAGES = ("en", "it")


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"

    def __call__(self, name: str, /, **values: str) -> str:
        """One sentence, with its values."""
        return WORDS[name][LANGUAGES.index(self.language)].format(**values)

    def amount(self, cents: int, currency: str) -> str:
        """Money as the language writes it, from whole cents."""
        whole, rest = divmod(cents, 100)
        sign = "€" if currency == "eur" else currency.upper()
        if self.language == "it":
            return f"{whole:,}".replace(",", ".") + f",{rest:02d}\u00a0{sign}"
        return f"{sign}{whole:,}.{rest:02d}" if sign == "€" else f"{whole:,}.{rest:02d} {sign}"


def spoken(locale: str | None, headers: Message) -> Words:
    """The words of a session's locale, or, when it says `auto` or nothing, of the reader's browser."""
    wanted = locale if locale and locale != "auto" else headers.get("Accept-Language", "en")
    return Words(wanted.strip()[:2].lower())
