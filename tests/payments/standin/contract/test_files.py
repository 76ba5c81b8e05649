"""Files: evidence for disputes."""

import io

import pytest
import stripe

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def named(content: bytes, name: str) -> io.BytesIO:
    """A file as the SDK sends it: by its content and its name."""
    upload = io.BytesIO(content)
    upload.name = name
    return upload


@pytest.fixture
def evidence(client):
    """A PDF, uploaded as evidence."""
    return client.files.create({"file": named(PDF, "letter.pdf"), "purpose": "dispute_evidence"})


def test_a_pdf_is_taken_as_evidence(client, evidence):
    """Docs: API reference, Create a file (file, purpose); The File object; File upload guide."""
    assert (evidence.object, evidence.purpose, evidence.type) == ("file", "dispute_evidence", "pdf")
    assert (evidence.filename, evidence.size) == ("letter.pdf", len(PDF))
    found = client.files.retrieve(evidence.id)
    assert (found.id, found.purpose) == (evidence.id, "dispute_evidence")
    assert evidence.id in [one.id for one in client.files.list({"purpose": "dispute_evidence"}).data]


def test_the_same_key_gives_the_same_file(client, key):
    """Docs: API reference, Idempotent requests; Create a file."""
    one, two = (
        client.files.create(
            {"file": named(PDF, "letter.pdf"), "purpose": "dispute_evidence"}, {"idempotency_key": key}
        )
        for _ in range(2)
    )
    assert one.id == two.id


@pytest.mark.parametrize(
    "params",
    [
        {"purpose": "dispute_evidence"},
        {"file": "no file", "purpose": "dispute_evidence"},
        {"file": named(PDF, "letter.pdf")},
        {"file": named(PDF, "letter.pdf"), "purpose": "souvenir"},
        {"file": named(b"PK\x03\x04 a spreadsheet", "letter.pdf"), "purpose": "dispute_evidence"},
        {"file": named(PDF, "letter.pdf"), "purpose": "dispute_evidence", "colour": "red"},
    ],
    ids=["no file", "text", "no purpose", "unknown purpose", "another kind", "unknown parameter"],
)
def test_what_is_no_evidence_is_refused(client, params):
    """Docs: File upload guide (purposes, formats); Error codes, parameter_missing and parameter_unknown."""
    with pytest.raises(stripe.InvalidRequestError):
        client.files.create(params)


def test_a_file_that_is_too_large_is_refused(client):
    """Docs: File upload guide (dispute_evidence: at most 5 MB)."""
    with pytest.raises(stripe.InvalidRequestError):
        client.files.create(
            {"file": named(PDF + b" " * 5_300_000, "long.pdf"), "purpose": "dispute_evidence"}
        )


def test_a_dispute_takes_files_as_evidence(client, charge, target, evidence):
    """Docs: API reference, Update a dispute (evidence.receipt, evidence.uncategorized_file: the id of a file)."""
    intent = charge("pm_card_createDispute", amount=10_000)
    [dispute] = target.until(lambda: client.disputes.list({"payment_intent": intent.id}).data, bool)
    fields = {"receipt": evidence.id, "uncategorized_text": "See the letter"}
    given = client.disputes.update(dispute.id, {"evidence": fields, "submit": False})
    assert given.evidence.receipt == evidence.id
    with pytest.raises(stripe.InvalidRequestError):
        client.disputes.update(dispute.id, {"evidence": {"uncategorized_file": "file_nobodys"}})
