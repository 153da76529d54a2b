"""`./linli prepare`: tables up to date; the demo, or a first operator, in them."""

import logging
from datetime import UTC, datetime

import click
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from linli.app import consents_asked, privacy, wiring
from linli.app.demo.places import COMMUNITY
from linli.app.demo.seed import seed
from linli.app.tables import bring_up_to_date
from linli.contracts import directory
from linli.contracts.outbox import wake
from linli.foundation.apart import pairing
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.vault import operations as vault
from linli.registry.devices import operations as devices
from linli.registry.people import erasing
from linli.runtime import sweeping

_log = logging.getLogger(__name__)

NO_DEMO = "no-demo"
"""The file that says of a home folder that real records belong to it."""


class RealRecords(click.ClickException):
    """The demo would be sown among records that are not its own."""


@click.command()
@click.option("--demo", is_flag=True, help="Sow the demo community 和睦里.")
def prepare(demo: bool) -> None:
    """Bring the tables up to date; sow the demo, or open the first operator's account."""
    with sweeping.paused():
        _prepare(demo)


def _prepare(demo: bool) -> None:
    bring_up_to_date(verbosity=0)
    wiring.wire_records()
    wake.answer_with(lambda: None)
    vault.destroy_again(now=datetime.now(UTC))
    _settle(datetime.now(UTC))
    privacy.erase_again(now=datetime.now(UTC))
    for community in directory.communities():
        devices.grow_points(community=community, now=datetime.now(UTC))
        erasing.name_all(community=community, today=timezone.localdate())
    real = COMMUNITY not in directory.communities() and Account.objects.exists()
    if demo:
        if real:
            raise RealRecords(
                "these records are real, and the demo's accounts have passwords that are printed:"
                " start with --no-demo, or set LINLI_HOME to another folder for the demo"
            )
        seed(home=settings.HOME, key=settings.SECRET_KEY, now=datetime.now(UTC))
        return
    _say_who_was_not_asked()
    (settings.HOME / "demo.json").unlink(missing_ok=True)
    opened = identity.first_operator(now=datetime.now(UTC))
    if real or opened:
        (settings.HOME / NO_DEMO).touch(mode=0o600)
    if opened:
        file = settings.HOME / "first-operator.txt"
        file.touch(mode=0o600)
        file.write_text(f"{opened.username} {opened.password}\n", "utf-8")


def _say_who_was_not_asked() -> None:
    """Say at a start, as after an update, where visits show no numbers for want of consents."""
    with connection.cursor() as line:
        if found := consents_asked.unasked(line):
            _log.warning("%s; %s", consents_asked.words(found), consents_asked.CURE)


def _settle(now: datetime) -> None:
    """Make the records and what is kept apart a pair where nothing can be lost by it, so that
    whoever looks after the first start finds one. Where they are none, or one cannot be read, the
    start goes on: nothing is swept until it is settled, and `./linli doctor` says so.
    """
    try:
        pairing.settle(now=now)
    except (pairing.NoPair, DatabaseError, InterfaceError) as error:
        _log.warning("the records and what is kept apart are no pair now: %s", error)
