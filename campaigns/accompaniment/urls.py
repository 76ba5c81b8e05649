from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from campaigns.accompaniment.api import views as api
from campaigns.accompaniment.views import enterprises, tutoring

urlpatterns = [
    path(_("projects/<slug:slug>/tutoring/"), tutoring.tutoring, name="tutoring"),
    path(_("tutoring/<int:pk>/done/"), tutoring.step_finish, name="step_finish"),
    path(_("tutoring/<int:pk>/strike/"), tutoring.tutoring_strike, name="tutoring_strike"),
    path(_("projects/<slug:slug>/enterprises/new/"), enterprises.enterprise_new, name="enterprise_new"),
    path(_("enterprises/"), enterprises.enterprise_list, name="enterprises"),
    path(_("enterprises.csv"), enterprises.enterprises_csv, name="enterprises_csv"),
    path(_("enterprises.json"), enterprises.enterprises_json, name="enterprises_json"),
    path(_("enterprises/<int:pk>/"), enterprises.enterprise_detail, name="enterprise"),
    path(_("enterprises/<int:pk>/seen/"), enterprises.enterprise_observe, name="enterprise_observe"),
]
api_urlpatterns = [
    path("projects/<slug:slug>/tutoring/", api.ProjectTutoring.as_view(), name="api_tutoring"),
    path(
        "projects/<slug:slug>/enterprises/", api.ProjectEnterprises.as_view(), name="api_project_enterprises"
    ),
    path("enterprises/", api.EnterpriseList.as_view(), name="api_enterprises"),
    path("enterprises/<int:pk>/observations/", api.Observations.as_view(), name="api_observations"),
]
