"""The deeds of co-design."""

from campaigns.codesign.services.adoption import adopt_proposal
from campaigns.codesign.services.merging import merge_needs
from campaigns.codesign.services.needs import hide_need, publish_need, report_need
from campaigns.codesign.services.proposals import decide, drop_proposal, start_proposal, write_version
from campaigns.codesign.services.support import share_need, unshare_need

__all__ = [
    "adopt_proposal",
    "decide",
    "drop_proposal",
    "hide_need",
    "merge_needs",
    "publish_need",
    "report_need",
    "share_need",
    "start_proposal",
    "unshare_need",
    "write_version",
]
