from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from campaigns.codesign.api import needs as api_needs
from campaigns.codesign.api import proposals as api_proposals
from campaigns.codesign.api import resources as api_resources
from campaigns.codesign.views import moderation, needs, proposals, resources, writing

urlpatterns = [
    path(_("needs/"), needs.needs, name="needs"),
    path(_("needs/report/"), needs.need_report, name="need_report"),
    path(_("needs/similar/"), needs.need_similar, name="need_similar"),
    path(_("needs/collect/"), moderation.needs_collect, name="needs_collect"),
    path(_("needs/to-read/"), moderation.needs_waiting, name="needs_waiting"),
    path(_("needs/<slug:slug>/"), needs.need, name="need"),
    path(_("needs/<slug:slug>/me-too/"), needs.need_share, name="need_share"),
    path(_("needs/<slug:slug>/not-me/"), needs.need_unshare, name="need_unshare"),
    path(_("needs/<slug:slug>/publish/"), moderation.need_publish, name="need_publish"),
    path(_("needs/<slug:slug>/hide/"), moderation.need_hide, name="need_hide"),
    path(_("needs/<slug:slug>/merge/"), moderation.need_merge, name="need_merge"),
    path(_("resources/offer/"), resources.resource_offer, name="resource_offer"),
    path(_("resources/<int:pk>/"), resources.resource_judge, name="resource_judge"),
    path(_("proposals/"), proposals.proposals, name="proposals"),
    path(_("proposals/new/"), writing.proposal_start, name="proposal_start"),
    path(_("proposals/<slug:slug>/"), proposals.proposal, name="proposal"),
    path(
        _("proposals/<slug:slug>/versions/<int:number>/"), proposals.proposal_version, name="proposal_version"
    ),
    path(_("proposals/<slug:slug>/write/"), writing.proposal_edit, name="proposal_edit"),
    path(_("proposals/<slug:slug>/decide/"), writing.proposal_decide, name="proposal_decide"),
    path(_("proposals/<slug:slug>/drop/"), writing.proposal_drop, name="proposal_drop"),
    path(_("proposals/<slug:slug>/adopt/"), writing.proposal_adopt, name="proposal_adopt"),
]
api_urlpatterns = [
    path("needs/", api_needs.NeedList.as_view(), name="api_needs"),
    path("needs/similar/", api_needs.SimilarNeeds.as_view(), name="api_needs_similar"),
    path("needs/<slug:slug>/", api_needs.NeedDetail.as_view(), name="api_need"),
    path("needs/<slug:slug>/share/", api_needs.NeedShare.as_view(), name="api_need_share"),
    path("needs/<slug:slug>/merge/", api_needs.NeedMerge.as_view(), name="api_need_merge"),
    path("resources/", api_resources.ResourceList.as_view(), name="api_resources"),
    path("proposals/", api_proposals.ProposalList.as_view(), name="api_proposals"),
    path("proposals/<slug:slug>/", api_proposals.ProposalDetail.as_view(), name="api_proposal"),
    path(
        "proposals/<slug:slug>/versions/", api_proposals.VersionList.as_view(), name="api_proposal_versions"
    ),
    path(
        "proposals/<slug:slug>/decisions/",
        api_proposals.DecisionList.as_view(),
        name="api_proposal_decisions",
    ),
    path("proposals/<slug:slug>/adopt/", api_proposals.Adoption.as_view(), name="api_proposal_adopt"),
    path("projects/<slug:slug>/chain/", api_proposals.ProjectChain.as_view(), name="api_project_chain"),
]
