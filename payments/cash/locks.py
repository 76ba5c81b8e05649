"""The locks of cash, after all others: the desk, then the series of its receipts."""

from __future__ import annotations

from django.db import connection

from payments.cash.models import CashDesk, DeskClosing, DeskSeries


def hold_desk(desk_id: int) -> CashDesk:
    """Hold a desk as it is until the transaction ends: those who take cash hold it together, a count waits for them."""
    table = connection.ops.quote_name(CashDesk._meta.db_table)  # noqa: SLF001 - the table's name, nothing else
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT FROM {table} WHERE id = %s FOR SHARE", [desk_id])
    return CashDesk.objects.get(pk=desk_id)


def lock_desk(desk_id: int) -> CashDesk:
    """Lock a desk's till: for whoever takes money out of it, counts it, or changes the desk."""
    return CashDesk.objects.select_for_update().get(pk=desk_id)


def lock_series(desk_id: int, year: int) -> DeskSeries:
    """Lock the numbers of a desk in a year; made at its first receipt."""
    DeskSeries.objects.bulk_create([DeskSeries(desk_id=desk_id, year=year)], ignore_conflicts=True)
    return DeskSeries.objects.select_for_update().get(desk_id=desk_id, year=year)


def lock_closing(closing_id: int) -> DeskClosing:
    """Lock a closing and read it anew; its desk is locked before."""
    return DeskClosing.objects.select_for_update(of=("self",)).select_related("desk").get(pk=closing_id)
