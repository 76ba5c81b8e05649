from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.simulations.api.simulations import SimulationsView, SimulationView
from payments.simulations.views import pages

urlpatterns = [
    path(_("officer/simulations/"), pages.overview, name="simulations"),
    path(_("officer/simulations/new/<str:source>/"), pages.simulation_new, name="simulation_new"),
    path(_("officer/simulations/<int:pk>/"), pages.simulation, name="simulation"),
    path(_("officer/simulations/<int:pk>/delete/"), pages.simulation_delete, name="simulation_delete"),
    path(_("officer/simulations/<int:pk>/result.csv"), pages.simulation_csv, name="simulation_csv"),
    path(_("officer/simulations/<int:pk>/result.json"), pages.simulation_json, name="simulation_json"),
]
api_urlpatterns = [
    path("simulations/", SimulationsView.as_view(), name="api_simulations"),
    path("simulations/<int:pk>/", SimulationView.as_view(), name="api_simulation"),
]
