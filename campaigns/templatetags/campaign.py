"""Campaign pages' own pieces of markup: stories written in Markdown."""

from __future__ import annotations

import functools

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

# Headings start at the third level: the page has the first two. No pictures from elsewhere, no raw HTML.
TAGS = {"p", "br", "h3", "h4", "strong", "em", "ul", "ol", "li", "blockquote", "a", "hr", "code", "pre"}
_reader = MarkdownIt("commonmark", {"html": False}).disable(["image"])


def _shift_headings(html: str) -> str:
    for level, to in (("2", "4"), ("1", "3")):
        html = html.replace(f"<h{level}>", f"<h{to}>").replace(f"</h{level}>", f"</h{to}>")
    return html


@functools.lru_cache(maxsize=512)
def rendered(text: str) -> str:
    """Return Markdown as HTML of which only harmless tags are left; the same text is worked out once."""
    return nh3.clean(
        _shift_headings(_reader.render(text)),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )


@register.filter
def markdown(text: str) -> SafeString:
    """Show a story, an update or an answer written in Markdown."""
    return mark_safe(rendered(text))  # noqa: S308 - sanitised by nh3 one line above
