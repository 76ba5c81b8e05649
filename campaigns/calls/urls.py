from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from campaigns.calls.api import gallery as gallery_api
from campaigns.calls.api.routes import router
from campaigns.calls.views import applications, calls, gallery, office, plan, programmes, rules, steps

urlpatterns = [
    path(_("programmes/"), programmes.programmes, name="programmes"),
    path(_("programmes/<slug:slug>/"), programmes.programme, name="programme"),
    path(_("calls/"), calls.calls, name="calls"),
    path(_("calls/<slug:slug>/"), calls.call, name="call"),
    path(_("calls/<slug:slug>/apply/"), applications.application_new, name="application_new"),
    path(_("applications/<int:pk>/"), applications.application, name="application"),
    path(_("applications/<int:pk>/edit/"), applications.application_edit, name="application_edit"),
    path(_("applications/<int:pk>/edit/<slug:step>/"), steps.application_step, name="application_step"),
    path(_("applications/<int:pk>/plan/<int:month>/"), plan.plan_month, name="plan_month"),
    path(_("applications/<int:pk>/logframe/new/<slug:level>/"), plan.rung_new, name="rung_new"),
    path(_("applications/<int:pk>/logframe/<int:entry_pk>/"), plan.rung_edit, name="rung_edit"),
    path(
        _("applications/<int:pk>/logframe/<int:entry_pk>/indicator/"),
        plan.indicator_new,
        name="indicator_new",
    ),
    path(
        _("applications/<int:pk>/indicators/<int:indicator_pk>/"), plan.indicator_edit, name="indicator_edit"
    ),
    path(
        _("applications/<int:pk>/indicators/<int:indicator_pk>/remove/"),
        plan.indicator_remove,
        name="indicator_remove",
    ),
    path(_("applications/<int:pk>/judge/"), office.application_judge, name="application_judge"),
    path(_("applications/<int:pk>/submit/"), applications.application_submit, name="application_submit"),
    path(
        _("applications/<int:pk>/withdraw/"), applications.application_withdraw, name="application_withdraw"
    ),
    path(_("applications/<int:pk>/decide/"), office.application_decide, name="application_decide"),
    path(_("officer/programmes/new/"), programmes.programme_new, name="programme_new"),
    path(_("officer/programmes/<slug:slug>/edit/"), programmes.programme_edit, name="programme_edit"),
    path(
        _("officer/programmes/<slug:slug>/pictures/"),
        gallery.gallery_edit,
        {"kind": "programme"},
        name="programme_gallery",
    ),
    path(
        _("officer/calls/<slug:slug>/pictures/"), gallery.gallery_edit, {"kind": "call"}, name="call_gallery"
    ),
    path(_("documents/<int:pk>/"), gallery.public_document, name="public_document"),
    path(_("officer/calls/"), office.officer_calls, name="officer_calls"),
    path(_("officer/calls/new/"), office.call_new, name="call_new"),
    path(_("officer/calls/<slug:slug>/edit/"), office.call_edit, name="call_edit"),
    path(_("officer/calls/<slug:slug>/publish/"), office.call_publish, name="call_publish"),
    path(_("officer/calls/<slug:slug>/extend/"), office.call_extend, name="call_extend"),
    path(_("officer/calls/<slug:slug>/close/"), office.call_close, name="call_close"),
    path(_("officer/applications/"), office.officer_applications, name="officer_applications"),
    path(_("officer/rules/"), rules.rules, name="rules"),
    path(_("officer/rules/new/<slug:kind>/"), rules.rule_new, name="rule_new"),
    path(_("officer/rules/<int:pk>/"), rules.rule, name="rule"),
    path(_("officer/rules/<int:pk>/edit/"), rules.rule_edit, name="rule_edit"),
    path(_("officer/rules/<int:pk>/version/"), rules.rule_version, name="rule_version"),
]
api_urlpatterns = [
    *router.urls,
    path(
        "programmes/<slug:slug>/pictures/",
        gallery_api.pictures_view,
        {"kind": "programme"},
        name="api_programme_pictures",
    ),
    path(
        "calls/<slug:slug>/pictures/", gallery_api.pictures_view, {"kind": "call"}, name="api_call_pictures"
    ),
    path(
        "programmes/<slug:slug>/documents/",
        gallery_api.documents_view,
        {"kind": "programme"},
        name="api_programme_documents",
    ),
    path(
        "calls/<slug:slug>/documents/",
        gallery_api.documents_view,
        {"kind": "call"},
        name="api_call_documents",
    ),
    path("pictures/<int:pk>/", gallery_api.picture_view, name="api_picture"),
    path("documents/<int:pk>/", gallery_api.document_view, name="api_document"),
]
