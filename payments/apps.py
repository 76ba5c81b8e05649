from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """What money does."""

    name = "payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        """Register the drains."""
        from crowdfund.kit import jobs
        from payments.services import cleanup, sweep, totals

        jobs.register("pledges.fold", totals.fold, every=1)
        jobs.register("pledges.cleanup", cleanup.clean_up, every=2)
        jobs.register("pledges.sweep", sweep.check_unknown_cards, every=30)
        self._register_collection()
        self._register_money_back()

    @staticmethod
    def _register_collection() -> None:
        """Register what happens at the deadline and after it."""
        from crowdfund.kit import desk, jobs
        from payments.receivers import EVENTS
        from payments.selectors import money, payout_desk
        from payments.services import (
            charge,
            close,
            expiry,
            payee_effect,
            release,
            shortfall,
            transfer,
            windows,
        )
        from payments.webhooks.handlers import on

        jobs.register("campaigns.close", close.close_due, every=1)
        jobs.register("pledges.charge", charge.charge_due, every=1)
        jobs.register("pledges.release", release.release_due, every=2)
        jobs.register("pledges.recovery_end", windows.end_windows, every=30)
        jobs.register("settlements.tell", shortfall.tell_backers, every=30)
        jobs.register("matching.expire", expiry.release_expired, every=60)
        jobs.register("payouts.execute", transfer.execute_payouts, every=2)
        jobs.register("payees.apply", payee_effect.apply_payee_changes, every=30)
        desk.register_officer(money.officer_tasks)
        desk.register_officer(payout_desk.officer_tasks)
        desk.register_team(money.team_tasks)
        desk.register_team(payout_desk.team_tasks)
        for event_type, receiver in EVENTS.items():
            on(event_type, receiver)

    @staticmethod
    def _register_money_back() -> None:
        """Register refunds, disputes and what is taken back for them."""
        from crowdfund.kit import desk, jobs
        from payments.selectors import back_desk, coming, unspent_desk
        from payments.services import dispute_answers, disputes, refund_send, reversals, stop

        jobs.register("refunds.execute", refund_send.execute_refunds, every=5)
        jobs.register("refunds.waiting", refund_send.go_on_with_waiting, every=30)
        jobs.register("reversals.execute", reversals.execute_reversals, every=5)
        jobs.register("disputes.answer", dispute_answers.send_answers, every=5)
        jobs.register("stops.tell", stop.tell_backers_of_stops, every=30)
        jobs.register("disputes.follow", disputes.follow_disputes, every=60)
        desk.register_officer(back_desk.officer_tasks)
        desk.register_officer(unspent_desk.officer_tasks)
        desk.register_dates(coming.officer_dates)
        desk.register_team(back_desk.team_tasks)
