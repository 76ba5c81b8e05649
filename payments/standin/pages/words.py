"""What the hosted pages say, in English and Italian; no catalogue, the stand-in stands without the project."""

from email.message import Message

WORDS: dict[str, tuple[str, str]] = {
    "test_banner": (
        "Test page on this machine: no bank, no real money.",
        "Pagina di prova su questa macchina: nessuna banca, nessun denaro vero.",
    ),
    "pay_title": ("Pay {amount}", "Paga {amount}"),
    "save_title": ("Save your card", "Salva la tua carta"),
    "save_title_method": ("Save how you will pay", "Salva come pagherai"),
    "merchant": ("Merchant: {name}", "Esercente: {name}"),
    "nothing_charged": (
        "Nothing is charged now. What you give is kept so that it can be charged later, without you, as you agreed.",
        "Ora non si addebita nulla. I dati si conservano per un addebito successivo, senza di te, come concordato.",
    ),
    "for": ("For", "Per"),
    "email": ("Email", "Email"),
    "choose_method": ("How do you want to pay?", "Come vuoi pagare?"),
    "by_card": ("By card", "Con carta"),
    "by_sepa_debit": ("By SEPA direct debit, from your account", "Con addebito SEPA, dal tuo conto"),
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
    "choose_iban": ("Choose a test account", "Scegli un conto di prova"),
    "type_iban": ("Your account", "Il tuo conto"),
    "iban": ("IBAN", "IBAN"),
    "iban_hint": (
        "Leave it empty to use the account chosen above.",
        "Lascialo vuoto per usare il conto scelto sopra.",
    ),
    "holder": ("Account holder's name", "Nome del titolare del conto"),
    "mandate": (
        (
            "By sending this form you allow {name}, and Stripe which collects for it, to ask your bank to debit your "
            "account, and your bank to do so. You can have a debit back from your bank within eight weeks, on the "
            "terms you have agreed with it. You will be told up to two days before a debit."
        ),
        (
            "Inviando questo modulo autorizzi {name}, e Stripe che incassa per suo conto, a chiedere alla tua banca "
            "l’addebito sul tuo conto, e la tua banca a eseguirlo. Puoi farti rimborsare un addebito dalla tua banca "
            "entro otto settimane, alle condizioni concordate con lei. Di ogni addebito avrai notizia fino a due "
            "giorni prima."
        ),
    ),
    "mandate_title": ("SEPA direct debit mandate", "Mandato di addebito SEPA"),
    "mandate_reference": ("Reference: {reference}", "Riferimento: {reference}"),
    "mandate_account": ("Account: {country} … {last4}", "Conto: {country} … {last4}"),
    "mandate_accepted": ("Accepted on {date}", "Accettato il {date}"),
    "mandate_active": ("This mandate is active.", "Questo mandato è attivo."),
    "mandate_inactive": ("This mandate is no longer active.", "Questo mandato non è più attivo."),
    "pay": ("Pay {amount}", "Paga {amount}"),
    "save": ("Save the card", "Salva la carta"),
    "save_method": ("Save", "Salva"),
    "back": ("Cancel and go back", "Annulla e torna indietro"),
    "problem": ("There is a problem", "C’è un problema"),
    "bad_number": ("This is not one of the test card numbers.", "Questo non è un numero di carta di prova."),
    "bad_iban": ("This is not one of the test IBANs.", "Questo non è un IBAN di prova."),
    "bad_holder": ("Give the name of the account's holder.", "Indica il nome del titolare del conto."),
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
