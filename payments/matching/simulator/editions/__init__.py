"""Four editions of Milan replayed: synthetic pledges that meet what was published, and how well they do."""

from payments.matching.simulator.editions.generate import Replay, generate
from payments.matching.simulator.editions.report import Fit, Report, as_text, replay, report_data
from payments.matching.simulator.editions.targets import Edition, Target, edition_named, editions
from payments.matching.simulator.editions.writing import campaign_lines, pledge_lines, write_files

__all__ = [
    "Edition",
    "Fit",
    "Replay",
    "Report",
    "Target",
    "as_text",
    "campaign_lines",
    "edition_named",
    "editions",
    "generate",
    "pledge_lines",
    "replay",
    "report_data",
    "write_files",
]
