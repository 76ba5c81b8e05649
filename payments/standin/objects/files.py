"""Files: evidence for disputes (Docs: API reference, Files; File upload guide). Their content is not kept."""

from payments.standin.call import Call, private, render
from payments.standin.errors import ApiError, Body, missing, not_modelled
from payments.standin.listing import FILTERS, page
from payments.standin.routing import Route, route
from payments.standin.uploads import CONTENT

EVIDENCE, LARGEST = "dispute_evidence", 5_000_000  # bytes (Docs: File upload guide, dispute_evidence)


def create(call: Call) -> Body:
    """Take a PDF, JPEG or PNG as evidence, by its bytes and not by its name."""
    given, purpose = call.params["file"], call.params["purpose"]
    if not isinstance(given, dict) or CONTENT not in given:
        raise ApiError("Invalid file: must be an uploaded file", param="file")
    if purpose != EVIDENCE:
        raise not_modelled(f"files for {purpose}", param="purpose")
    if not given["kind"]:
        raise ApiError(
            "Evidence for a dispute must be a PDF, a JPEG or a PNG.", code="file_invalid", param="file"
        )
    if not 0 < given["size"] <= LARGEST:
        raise ApiError("Evidence for a dispute may have at most 5 MB.", code="file_invalid", param="file")
    body = call.new(
        "file",
        "file",
        filename=given["name"],
        purpose=purpose,
        size=given["size"],
        type=given["kind"],
    )
    body["links"] = {
        "object": "list",
        "data": [],
        "has_more": False,
        "url": f"/v1/file_links?file={body['id']}",
    }
    private(body)["path"] = f"/v1/files/{body['id']}/contents"
    private(body)["sha256"] = given["sha256"]
    call.save(body)
    return render(call, body)


def check_evidence(call: Call, evidence: Body) -> None:
    """Hold the files that evidence names to being uploaded as such. Raises `resource_missing`."""
    for name in sorted(OF_FILES & evidence.keys()):
        found = call.store.get(evidence[name]) if evidence[name] else {"purpose": EVIDENCE}
        if found is None or found.get("purpose") != EVIDENCE:
            raise missing("file", evidence[name], param=f"evidence[{name}]", status=400)


#: The kinds of evidence that are files (Docs: API reference, The Dispute object, evidence).
OF_FILES = frozenset(
    {
        "cancellation_policy",
        "customer_communication",
        "customer_signature",
        "duplicate_charge_documentation",
        "receipt",
        "refund_policy",
        "service_documentation",
        "shipping_documentation",
        "uncategorized_file",
    }
)


def retrieve(call: Call, file_id: str) -> Body:
    """One file's facts."""
    return render(call, call.fetch("file", file_id, param="file"))


def list_all(call: Call) -> Body:
    """Files, newest first."""
    return page(call, "file", "/v1/files", by=("purpose",))


ROUTES: list[Route] = [
    route("POST", "/v1/files", "file_create", "file purpose", create),
    route("GET", "/v1/files", "file_list", f"purpose {' '.join(FILTERS)}", list_all),
    route("GET", "/v1/files/{}", "file_retrieve", "", retrieve),
]
