"""Every component of the pages with sample data, for those who write pages; mounted when DEBUG is on."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.shortcuts import render

from crowdfund.kit.fields import EuroField

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TODAY = dt.date(2026, 3, 7)


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Come ti chiami", help_text="Lo vede solo la squadra del progetto.")
    email = forms.EmailField(label="Email", required=False)
    amount = EuroField(label="Importo", help_text="Da 2 € in su.")
    zone = forms.ChoiceField(label="Quartiere", choices=[("", "Scegli"), ("b", "Barona"), ("c", "Corvetto")])
    reward = forms.ChoiceField(
        label="Ricompensa",
        widget=forms.RadioSelect(attrs={"data-kind": "cards"}),
        choices=[("0", "Nessuna, grazie"), ("1", "Cassetta di verdura, da 25 €"), ("2", "Una cena, da 60 €")],
    )
    days = forms.MultipleChoiceField(
        label="Quando puoi dare una mano",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("m", "Mattina"), ("p", "Pomeriggio"), ("s", "Sera")],
    )
    story = forms.CharField(label="Racconta", widget=forms.Textarea, required=False)
    photo = forms.FileField(label="Una foto", required=False)
    born = forms.DateField(label="Data", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    consent = forms.BooleanField(
        label="La mia carta sarà addebitata di 25,00 € solo se la campagna raggiunge l’obiettivo."
    )


def _campaign(title: str, place: str, picture: str, pledged: int, goal: int, left: int) -> dict[str, Any]:
    return {
        "url": "#",
        "title": title,
        "neighbourhood": place,
        "picture_url": f"{settings.STATIC_URL}pictures/{picture}.svg",
        "pledged_cents": pledged,
        "goal_cents": goal,
        "match_cents": goal * 3 // 2,
        "collected_cents": 0,
        "days_left": left,
        "backers": left * 40 + 1,
        "status_label": "Raggiunta" if pledged >= goal else "In corso",
        "status_kind": "ok" if pledged >= goal else "info",
        "summary": "Un posto per stare insieme, con gli anziani del cortile come maestri.",
    }


CAMPAIGNS = [
    _campaign("Orto alla Barona: terra, acqua e merende", "Barona", "orto", 1_940_000, 2_000_000, 2),
    _campaign("Ciclofficina di via Padova", "Via Padova", "ciclofficina", 1_312_550, 1_500_000, 1),
    _campaign("Una sala prove per i ragazzi", "Quarto Oggiaro", "sala-musica", 2_600_000, 2_400_000, 0),
]
LADDER = [
    {"label": "Programmato", "cents": 297_198_600, "hint": "quanto è previsto"},
    {"label": "Ammesso a finanziamento", "cents": 297_198_600, "hint": "quanto è stato approvato"},
    {"label": "Impegnato", "cents": 159_049_100, "hint": "quanto è vincolato da contratti", "url": "#"},
    {"label": "Erogato", "cents": 8_500_000, "hint": "quanto è stato pagato"},
]
CALL = {
    "url": "#",
    "title": "Crowdfunding civico, primo bando",
    "programme": "Milano",
    "closes_on": TODAY,
    "match_text": "Se i cittadini danno il 40 % del costo, il Comune mette il 60 %, fino a 60.000 €.",
    "pot_cents": 55_000_000,
}
OUTCOME = {
    "url": "#",
    "title": "Forno di comunità",
    "neighbourhood": "Giambellino",
    "picture_url": f"{settings.STATIC_URL}pictures/cucina.svg",
    "stage_label": "Copre le spese vive",
    "stage_kind": "ok",
    "ratio": 0.93,
    "as_of": TODAY,
}
CHART = {
    "months": ["gen 2025", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"],
    "lines": [
        {
            "label": "Rapporto di autosufficienza",
            "values": [12, 18, 25, 31, 30, 42, None, 58, 66, 74, 88, 103],
        },
        {"label": "Previsione", "values": [10, 15, 20, 28, 35, 42, 50, 58, 66, 75, 84, 92]},
    ],
    "budget": [
        {"label": "Attrezzi e serra", "value": 1_200_000, "compare": 1_000_000},
        {"label": "Lavori", "value": 850_050, "compare": 900_000},
        {"label": "Costi della raccolta", "value": 41_230, "compare": 60_000},
    ],
    "table": {
        "headers": ["Mese", "Entrate", "Costi", "Rapporto"],
        "rows": [
            ["gennaio 2026", "1.200,00 €", "2.140,50 €", "56 %"],
            ["febbraio 2026", "1.900,00 €", "2.020,00 €", "94 %"],
        ],
    },
}
STORY = {
    "crumbs": [{"label": "Progetti", "url": "#"}],
    "facts": ["34 persone", "2 proposte"],
    "presets": ["10", "25", "50", "100"],
    "rows": [
        {"label": "Importo", "value": "25,00 €", "url": "#"},
        {"label": "Ricompensa", "value": "Cassetta di verdura di stagione", "url": "#"},
        {"label": "Email", "value": "anna.maria.bianchi@example.org"},
    ],
    "events": [
        {"when": TODAY, "title": "Bisogno segnalato", "text": "Da 34 persone", "state": "done", "url": "#"},
        {"when": TODAY, "title": "Campagna in corso", "state": "current"},
        {"when": TODAY, "title": "Primi conti pubblici", "state": "next"},
    ],
    "people": [
        {"name": "Anna Maria Bianchi", "role": "referente"},
        {"name": "Yusuf Demir", "role": "conti"},
        {"name": "Giulia Nguyễn", "role": ""},
    ],
}


def _pictures() -> list[dict[str, str]]:
    folder = Path(settings.BASE_DIR) / "static" / "pictures"
    return [
        {"name": file.stem, "url": f"{settings.STATIC_URL}pictures/{file.name}"}
        for file in sorted(folder.glob("*.svg"))
    ]


def components(request: HttpRequest) -> HttpResponse:
    """Show every component, the form both fresh and with errors."""
    sample = {
        **CHART,
        **STORY,
        "campaigns": CAMPAIGNS,
        "ladder": LADDER,
        "call": CALL,
        "outcome": OUTCOME,
        "form": SampleForm(prefix="a"),
        "wrong_form": SampleForm({"b-amount": "1.250,5,0", "b-email": "no"}, prefix="b"),
        "amount": SampleForm(prefix="c")["amount"],
        "pictures": _pictures(),
    }
    return render(request, "crowdfund/styleguide.html", {"sample": sample})
