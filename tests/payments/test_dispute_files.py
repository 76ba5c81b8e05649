"""Files as evidence: judged by their bytes, kept until the answer, then given to Stripe with it, once."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.enums import Role
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.models import Dispute, DisputeAnswer, DisputeFile
from payments.services import dispute_answers
from payments.services.dispute_files import LARGEST_TOGETHER, add_file, remove_file
from payments.services.disputes import apply_dispute
from tests import world
from tests.payments.back import as_collected, collected, funded, run
from tests.payments.test_bank_api import api
from tests.payments.test_bank_pages import staff_client, text
from tests.payments.test_disputes import opened, seen_of
from tests.world import NOW

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(name: str = "JPEG", **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#3a7").save(out, name, **more)
    return out.getvalue()


def disputed() -> Dispute:
    apply_dispute(seen=seen_of(as_collected(funded()), answer_by=NOW + dt.timedelta(days=7)), now=NOW)
    return Dispute.objects.get()


def add(dispute: Dispute, content: bytes = PDF, **fields) -> DisputeFile:
    name = fields.pop("name", "Lettera di Ada.pdf")
    return add_file(
        **{
            "dispute": dispute,
            "kind": "receipt",
            "upload": ContentFile(content, name=name),
            "by": world.staff(Role.OFFICER),
            "now": NOW,
        }
        | fields
    )


def test_a_pdf_and_pictures_are_kept_under_harmless_names():
    dispute = disputed()
    letter = add(dispute, name="../../<b>Lettera.PDF.exe")
    assert (letter.name, letter.content_type, bytes(letter.content)) == (
        "-b-Lettera-PDF.pdf".lstrip("-"),
        "application/pdf",
        PDF,
    )
    exif = Image.Exif()
    exif[0x010E] = "via Segreta 3"
    photo = add(dispute, picture(exif=exif), kind="service_documentation", name="foto.png")
    assert (photo.name, photo.content_type) == ("foto.jpg", "image/jpeg")
    assert b"Segreta" in picture(exif=exif)
    assert b"Segreta" not in bytes(photo.content)
    assert add(dispute, picture("PNG"), kind="uncategorized_file").content_type == "image/png"


@pytest.mark.parametrize(
    ("content", "fields", "code", "field"),
    [
        (b"PK\x03\x04 un foglio", {}, "file_kind", "file"),
        (b"", {}, "file_kind", "file"),
        (b"%PDF-1.4 tagliato", {}, "file_broken", "file"),
        (b"\xff\xd8\xff nessuna foto", {}, "file_kind", "file"),
        (PDF + b" " * LARGEST_TOGETHER, {}, "file_too_large", "file"),
        (PDF, {"kind": "witness"}, "unknown_kind", "kind"),
    ],
)
def test_what_the_bank_does_not_take(content, fields, code, field):
    dispute = disputed()
    with pytest.raises(Invalid) as caught:
        add(dispute, content, **fields)
    assert (caught.value.code, caught.value.field, DisputeFile.objects.count()) == (code, field, 0)


def test_together_they_have_a_size_and_of_each_kind_there_is_one():
    dispute = disputed()
    add(dispute, PDF.replace(b"<<>>", b"<<>>" + b" " * 2_400_000, 1))
    with pytest.raises(Invalid) as caught:
        add(dispute, PDF.replace(b"<<>>", b"<<>>" + b" " * 2_400_000, 1), kind="uncategorized_file")
    assert caught.value.code == "file_too_large"
    with pytest.raises(Refused) as refused:
        add(dispute)
    assert refused.value.code == "file_there"
    for by in (world.person(), world.staff(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            remove_file(file=DisputeFile.objects.get(), by=by, now=NOW)
    remove_file(file=DisputeFile.objects.get(), by=world.staff(Role.OFFICER), now=NOW)
    assert add(dispute).kind == "receipt"


def test_after_the_answer_nothing_is_added_or_taken_away():
    dispute = disputed()
    kept = add(dispute)
    dispute_answers.answer_with_evidence(
        dispute=dispute, text="Consegnato", by=world.staff(Role.OFFICER), now=NOW
    )
    for deed in (
        lambda: add(dispute, kind="uncategorized_file"),
        lambda: remove_file(file=kept, by=world.staff(Role.OFFICER), now=NOW),
    ):
        with pytest.raises(Refused) as caught:
            deed()
        assert caught.value.code == "answered"


def test_they_go_to_stripe_with_the_answer_each_once_though_the_line_breaks(bank, at):
    [given] = collected(bank, at, 10_000)
    dispute = opened(bank, given)
    add(dispute, picture(), name="ricevuta.jpg")
    add(dispute, kind="uncategorized_file")
    dispute_answers.answer_with_evidence(
        dispute=dispute, text="Consegnato", by=world.staff(Role.OFFICER), now=NOW
    )
    before = len(bank.stripe.files.list({"limit": 100}).data)
    bank.fault("POST /v1/files", "cut_after", times=1)
    run()
    assert DisputeAnswer.objects.get().status == "done"
    evidence = bank.stripe.disputes.retrieve(dispute.stripe_id).evidence
    known = dict(DisputeFile.objects.values_list("kind", "stripe_id"))
    assert (evidence.receipt, evidence.uncategorized_file) == (known["receipt"], known["uncategorized_file"])
    made = bank.stripe.files.list({"limit": 100}).data
    assert len(made) == before + 2, "each file once"
    assert {one.filename for one in made[:2]} == {"ricevuta.jpg", "Lettera di Ada.pdf"}
    assert made[0].purpose == "dispute_evidence"


def test_the_pages_take_and_show_them():
    dispute = disputed()
    client = staff_client(world.staff(Role.OFFICER))
    page = reverse("dispute", args=[dispute.pk])
    assert "4,5 MB in tutto" in text(client.get(page))
    upload = SimpleUploadedFile("lettera.pdf", b"testo", "application/pdf")
    wrong = client.post(page, {"add_file": "1", "kind": "receipt", "file": upload})
    assert wrong.status_code == 422
    assert "un PDF, un JPEG o un PNG" in text(wrong)
    upload = SimpleUploadedFile("lettera.pdf", PDF, "application/pdf")
    assert client.post(page, {"add_file": "1", "kind": "receipt", "file": upload}).status_code == 302
    file = DisputeFile.objects.get()
    assert "lettera.pdf" in text(client.get(page))
    got = client.get(reverse("dispute_file", args=[file.pk]))
    assert (got.content, got["X-Content-Type-Options"], got["Content-Type"]) == (
        *(PDF, "nosniff"),
        "application/pdf",
    )
    assert got["Content-Disposition"].startswith("attachment")
    assert staff_client(world.person()).get(reverse("dispute_file", args=[file.pk])).status_code == 403
    assert client.post(page, {"remove_file": "1", "file": "0"}).status_code == 422
    assert client.post(page, {"remove_file": "1", "file": str(file.pk)}).status_code == 302
    assert not DisputeFile.objects.exists()


def test_the_team_and_the_api():
    dispute = disputed()
    owner = dispute.pledge.campaign.project.organisation.memberships.get(role="owner").user
    assert "Aggiungi il file" in text(staff_client(owner).get(reverse("team_dispute", args=[dispute.pk])))
    address = reverse("api_dispute_files", args=[dispute.pk])
    given = {"kind": "receipt", "file": SimpleUploadedFile("r.pdf", PDF)}
    made = api(owner).post(address, given, format="multipart")
    assert (made.status_code, made.json()["size"]) == (201, len(PDF))
    assert [one["kind"] for one in api(owner).get(address).json()] == ["receipt"]
    one = reverse("api_dispute_file", args=[dispute.pk, made.json()["id"]])
    assert api(world.person()).delete(one).status_code == 403
    assert api(owner).delete(one).status_code == 204
    given = {"kind": "receipt", "file": SimpleUploadedFile("r.pdf", b"x")}
    refused = api(owner).post(address, given, format="multipart")
    assert (refused.status_code, refused.json()["field"]) == (400, "file")
