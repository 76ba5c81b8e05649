"""Pieces of a form: fields with their hints and errors, groups of choices, the list of what is wrong."""

from collections.abc import Iterable
from html import escape

from payments.standin.pages.words import Words

Problems = dict[str, str]


def summary(words: Words, problems: Problems) -> str:
    """What is wrong, each with a way to its field."""
    if not problems:
        return ""
    lines = "".join(f'<li><a href="#{name}">{escape(text)}</a></li>' for name, text in problems.items())
    return f'<div class="problem" role="alert"><h2>{escape(words("problem"))}</h2><ul>{lines}</ul></div>'


def field(name: str, label: str, extra: str, problems: Problems, *, hint: str = "", value: str = "") -> str:
    """One text field, described by its hint and its error."""
    notes, described = "", []
    if hint:
        notes += f'<p class="hint" id="{name}-hint">{escape(hint)}</p>'
        described.append(f"{name}-hint")
    if name in problems:
        notes += f'<p class="wrong" id="{name}-wrong">{escape(problems[name])}</p>'
        described.append(f"{name}-wrong")
        extra += ' aria-invalid="true"'
    if described:
        extra += f' aria-describedby="{" ".join(described)}"'
    return (
        f'<div class="field"><label for="{name}">{escape(label)}</label>{notes}'
        f'<input id="{name}" name="{name}" value="{escape(value)}" {extra}></div>'
    )


def choices(name: str, legend: str, options: Iterable[tuple[str, str, str]], chosen: str) -> str:
    """Radios: (value, what stands out, the rest of the label). The first carries the name of the group as its id."""
    lines = []
    for position, (value, strong, label) in enumerate(options):
        own = f"{name}-{value}" if position else name
        checked = " checked" if value == chosen else ""
        mark = f'<span class="number">{escape(strong)}</span> ' if strong else ""
        lines.append(
            f'<div class="card"><input type="radio" name="{name}" id="{own}" value="{escape(value)}"{checked}>'
            f'<label for="{own}">{mark}{escape(label)}</label></div>'
        )
    return group(legend, "".join(lines))


def group(legend: str, inside: str) -> str:
    """A set of fields with its title; nothing when it is empty."""
    return f"<fieldset><legend>{escape(legend)}</legend>{inside}</fieldset>"


def spaced(number: str) -> str:
    """A card number or an IBAN as people read it, in fours."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
