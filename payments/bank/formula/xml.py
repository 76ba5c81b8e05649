"""XML from outside, read without trust: no document type, no entities, nothing fetched, nothing huge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from payments.bank.formula.errors import StatementError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST_BYTES = 10 * 2**20


def read_xml(content: bytes) -> Element:
    """Return the root of a document. Raises `StatementError`: `too_large`, `unsafe_xml` or `not_xml`."""
    if len(content) > LARGEST_BYTES:
        raise StatementError("too_large", most=LARGEST_BYTES // 2**20)
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise StatementError("unsafe_xml") from error
    except (ParseError, LookupError, ValueError) as error:  # the last two: an encoding nobody knows
        raise StatementError("not_xml") from error
    return root


def namespace_of(root: Element) -> str:
    """Return the namespace of an element, empty when it has none."""
    return root.tag[1:].partition("}")[0] if root.tag.startswith("{") else ""


def strip_namespace(root: Element, namespace: str) -> None:
    """Leave the plain names of the elements of one namespace; those of any other keep theirs, and so stay apart."""
    mark = f"{{{namespace}}}"
    for element in root.iter():
        element.tag = element.tag.removeprefix(mark)


def text_at(element: Element | None, *paths: str) -> str:
    """Return the text at the first of these paths that has one, spaces put in order."""
    for path in paths if element is not None else ():
        text = element.findtext(path) if element is not None else None
        if text and text.strip():
            return " ".join(text.split())
    return ""
