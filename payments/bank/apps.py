from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankConfig(AppConfig):
    """The bank: transfers that come in with a reference, statements, lists of transfers that leave."""

    name = "payments.bank"
    label = "bank"
    verbose_name = _("Bank transfers")

    def ready(self) -> None:
        """Register the drains, who holds back a close or the end of a collection, and the officers' tasks."""
        from crowdfund.kit import desk, jobs
        from payments.bank.selectors import office, waiting
        from payments.bank.services import excess, placing, returns
        from payments.services import close, settle

        jobs.register("bank.place", placing.place_new_lines, every=5)
        jobs.register("bank.excesses", excess.settle_excesses, every=10)
        jobs.register("bank.returns", returns.return_unplaced, every=60)
        close.hold_back(waiting.waits_for_bank)
        settle.hold_open(excess.waits_for_a_word)
        desk.register_officer(office.officer_tasks)
