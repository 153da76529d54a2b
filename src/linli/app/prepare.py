"""`./linli prepare`: tables up to date; the demo, or a first operator, in them."""

from datetime import UTC, datetime

import click
from django.conf import settings

from linli.app import wiring
from linli.app.demo.seed import seed
from linli.app.tables import bring_up_to_date
from linli.contracts import directory
from linli.contracts.outbox import wake
from linli.foundation.identity import operations as identity
from linli.foundation.vault import operations as vault
from linli.registry.devices import operations as devices
from linli.runtime import sweeping


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
    for community in directory.communities():
        devices.grow_points(community=community, now=datetime.now(UTC))
    if demo:
        seed(home=settings.HOME, key=settings.SECRET_KEY, now=datetime.now(UTC))
        return
    (settings.HOME / "demo.json").unlink(missing_ok=True)
    opened = identity.first_operator(now=datetime.now(UTC))
    if opened:
        file = settings.HOME / "first-operator.txt"
        file.touch(mode=0o600)
        file.write_text(f"{opened.username} {opened.password}\n", "utf-8")
