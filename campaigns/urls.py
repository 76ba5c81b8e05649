from __future__ import annotations

from django.conf import settings
from django.urls import path
from django.utils.translation import gettext_lazy as _

from campaigns.api.campaigns import (
    CampaignBudget,
    CampaignDetail,
    CampaignList,
    CampaignRewards,
    CampaignUpdates,
)
from campaigns.api.life import (
    CampaignApprove,
    CampaignCancel,
    CampaignLaunch,
    CampaignSendBack,
    CampaignSubmit,
)
from campaigns.api.projects import NeighbourhoodBoundaries, NeighbourhoodList, ProjectDetail, ProjectList
from campaigns.views import campaigns, components, editing, home, projects, review, running, team

urlpatterns = [
    path("", home.home, name="home"),
    path(_("how-it-works/"), home.how_it_works, name="how_it_works"),
    path(_("campaigns/"), campaigns.campaign_list, name="campaigns"),
    path(_("campaigns/<slug:slug>/"), campaigns.campaign_detail, name="campaign"),
    path(_("campaigns/<slug:slug>/ask/"), campaigns.campaign_ask, name="campaign_ask"),
    path(_("projects/"), projects.project_list, name="projects"),
    path(_("projects/<slug:slug>/"), projects.project_detail, name="project"),
    path(_("neighbourhoods/"), projects.neighbourhood_list, name="neighbourhoods"),
    path(_("neighbourhoods/<slug:slug>/"), projects.neighbourhood_detail, name="neighbourhood"),
    # a team's pages stand apart, so that no project's name can hide them
    path(_("team/"), team.team_desk, name="team_desk"),
    path(_("team/new-project/"), team.project_new, name="project_new"),
    path(_("team/projects/<slug:slug>/"), team.project_edit, name="project_edit"),
    path(_("team/projects/<slug:slug>/new-campaign/"), team.campaign_new, name="campaign_new"),
    path(_("team/campaigns/<slug:slug>/"), editing.campaign_edit, name="campaign_edit"),
    path(_("team/campaigns/<slug:slug>/budget/"), editing.campaign_budget, name="campaign_budget"),
    path(_("team/campaigns/<slug:slug>/rewards/"), editing.campaign_rewards, name="campaign_rewards"),
    path(_("team/campaigns/<slug:slug>/rewards/<int:pk>/"), editing.reward_edit, name="reward_edit"),
    path(
        _("team/campaigns/<slug:slug>/rewards/<int:pk>/remove/"), editing.reward_remove, name="reward_remove"
    ),
    path(
        _("team/campaigns/<slug:slug>/milestones/"), editing.campaign_milestones, name="campaign_milestones"
    ),
    path(
        _("team/campaigns/<slug:slug>/milestones/<int:pk>/"), editing.milestone_reach, name="milestone_reach"
    ),
    path(
        _("team/campaigns/<slug:slug>/milestones/<int:pk>/remove/"),
        editing.milestone_remove,
        name="milestone_remove",
    ),
    path(_("team/campaigns/<slug:slug>/hand-in/"), running.campaign_submit, name="campaign_submit"),
    path(_("team/campaigns/<slug:slug>/launch/"), running.campaign_launch, name="campaign_launch"),
    path(_("team/campaigns/<slug:slug>/cancel/"), running.campaign_cancel, name="campaign_cancel"),
    path(_("team/campaigns/<slug:slug>/updates/"), running.campaign_updates, name="campaign_updates"),
    path(_("team/campaigns/<slug:slug>/questions/"), running.campaign_questions, name="campaign_questions"),
    path(
        _("team/campaigns/<slug:slug>/questions/<int:pk>/"), running.question_answer, name="question_answer"
    ),
    path(_("officer/campaigns/"), review.campaign_reviews, name="campaign_reviews"),
    path(_("officer/campaigns/<slug:slug>/"), review.campaign_review, name="campaign_review"),
]
if settings.DEBUG:
    urlpatterns.append(path("dev/components/", components.components, name="dev_components"))
api_urlpatterns = [
    path("campaigns/", CampaignList.as_view(), name="api_campaigns"),
    path("campaigns/<slug:slug>/", CampaignDetail.as_view(), name="api_campaign"),
    path("campaigns/<slug:slug>/budget/", CampaignBudget.as_view(), name="api_campaign_budget"),
    path("campaigns/<slug:slug>/rewards/", CampaignRewards.as_view(), name="api_campaign_rewards"),
    path("campaigns/<slug:slug>/updates/", CampaignUpdates.as_view(), name="api_campaign_updates"),
    path("campaigns/<slug:slug>/submit/", CampaignSubmit.as_view(), name="api_campaign_submit"),
    path("campaigns/<slug:slug>/send-back/", CampaignSendBack.as_view(), name="api_campaign_send_back"),
    path("campaigns/<slug:slug>/approve/", CampaignApprove.as_view(), name="api_campaign_approve"),
    path("campaigns/<slug:slug>/launch/", CampaignLaunch.as_view(), name="api_campaign_launch"),
    path("campaigns/<slug:slug>/cancel/", CampaignCancel.as_view(), name="api_campaign_cancel"),
    path("projects/", ProjectList.as_view(), name="api_projects"),
    path("projects/<slug:slug>/", ProjectDetail.as_view(), name="api_project"),
    path("neighbourhoods/boundaries/", NeighbourhoodBoundaries.as_view(), name="api_boundaries"),
    path("neighbourhoods/", NeighbourhoodList.as_view(), name="api_neighbourhoods"),
]
