"""`./linli keys turn-secret` and `retire-secret`: the installation's own secret, by two persons."""

from datetime import UTC, datetime, timedelta
from time import sleep

import click
from django.conf import settings
from django.db import transaction

from linli.app import resealing, secret, two_persons
from linli.contracts.approvals import DEPARTMENT, PROVIDER
from linli.contracts.identity import PLATFORM
from linli.domains.notices.operations import pushing
from linli.domains.tours import signing as tours
from linli.domains.visits import queries as visits
from linli.foundation import webpush
from linli.foundation.approvals.models import Approval
from linli.foundation.approvals.models import State as Standing
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.copies import queries as copies
from linli.foundation.identity.models import RecoveryCode
from linli.foundation.identity.operations import factors
from linli.foundation.vault import kept
from linli.kernel.words import Words
from linli.registry.fleet.models import Bulk

_KNOWN_AFTER_S = 3 * secret.LOOKED_AGAIN_S
"""So long after a secret was drawn all processes of this machine know it."""
_WAITED = timedelta(days=8)
"""Whatever is signed and not kept has run out by then: tickets for firmware are good for a week."""
_PROVES = (copies.PROOF, copies.ORDER)
"""Whose copy a file is may be asked after years: these prove, and open nothing."""
_USES = (tours.USE, visits.LINKS)
_BY_HAND = """LINLI_SECRET_KEY is given by the environment: it is turned over there.
 1. Draw another of 48 random bytes; start all machines with it as LINLI_SECRET_KEY_OTHER.
 2. ./linli keys turn-secret …: keys of what is printed are kept.
 3. Exchange the two, and start all machines again: the new one is used, the one before opens.
 4. Eight days later ./linli keys retire-secret …; take LINLI_SECRET_KEY_OTHER away, and start."""
_LATER = "eight days after that: ./linli keys retire-secret"
_AT_ONCE = """Until the one before is forgotten, whoever has it signs by it. Now, not in eight days:
 ./linli keys retire-secret --at-once"""
_BY = click.option(
    "--by", required=True, help="Who turns it over: an account that sees the system."
)
_AGREED = click.option(
    "--agreed", required=True, help="Who agrees: another, who approves key operations."
)


@click.command("turn-secret")
@click.option("--prepare", is_flag=True, help="Only draw it, to be copied to other machines first.")
@click.option(
    "--leaked", is_flag=True, help="Keep no key of the one before: what is printed is void."
)
@_BY
@_AGREED
def turn_secret(*, prepare: bool, leaked: bool, by: str, agreed: str) -> None:
    """Use another secret of the installation. Everything goes on: the one before opens what it
    signed and sealed, until `retire-secret`; keys of what is printed (points of tours, codes on
    paper, links of guests, marks in copies) are kept for good, unless it --leaked. Done again it
    goes on where it was cut off.

    Where processes run on several machines: --prepare, copy secret.key to all of them, then turn,
    and copy it again.
    """
    now, standing = datetime.now(UTC), secret.read(settings.HOME)
    _check(standing)
    if standing.before and not standing.given:
        raise click.ClickException("It is turned already: ./linli keys retire-secret comes next.")
    words = Words(zh="更换安装密钥", en="turn the secret of the installation over")
    account = two_persons.everywhere(by, agreed, words, now)
    if standing.given:
        _keep(leaked=leaked, now=now)
        told = "what is printed is void" if leaked else "keys of what is printed are kept"
        click.echo(f"{told}; now exchange the two, and start again")
        click.echo(_AT_ONCE if leaked else _LATER)
        return
    secret.prepare(settings.HOME)
    if prepare:
        click.echo("it is drawn in secret.key; copy that to all machines, then turn")
        return
    sleep(_KNOWN_AFTER_S)
    with transaction.atomic():
        _keep(leaked=leaked, now=now)
        _note(account, standing.in_use, "Another is in use in its place.", now)
    turned = secret.turn(settings.HOME, now)
    secret.take_up(settings.HOME)
    click.echo(f"secret {secret.name_of(turned.in_use)} is in use; the one before opens too")
    if leaked:
        click.echo(_AT_ONCE)
        return
    click.echo(f"from {_ready(turned):%Y-%m-%d %H:%M} UTC on: ./linli keys retire-secret")


@click.command("retire-secret")
@click.option("--at-once", is_flag=True, help="Wait for nothing: what is signed by it is void.")
@_BY
@_AGREED
def retire_secret(*, at_once: bool, by: str, agreed: str) -> None:
    """Seal by the secret in use whatever the one before sealed, and forget that one: it opens
    nothing any more. Eight days after it was turned over, unless --at-once.
    """
    now, standing = datetime.now(UTC), secret.read(settings.HOME)
    _check(standing)
    if not standing.before:
        raise click.ClickException("There is one secret, and it is in use: nothing to retire.")
    if not standing.given and not at_once and now < _ready(standing):
        raise click.ClickException(
            f"What it signed may be good until {_ready(standing):%Y-%m-%d %H:%M} UTC: later, or "
            "--at-once."
        )
    _check_nothing_waits(standing, at_once=at_once, now=now)
    words = Words(zh="销毁旧安装密钥", en="destroy the secret of the installation before")
    account = two_persons.everywhere(by, agreed, words, now)
    secret.take_up(settings.HOME)
    for place in resealing.PLACES:
        found = resealing.reseal(place)
        lost = f"; {found.unreadable} no secret opens, as before" if found.unreadable else ""
        click.echo(f"{place.model.__name__}.{place.column}: {found.moved} sealed again{lost}")
    if behind := [one for one in resealing.PLACES if resealing.left(one)]:
        names = ", ".join(one.model.__name__ for one in behind)
        raise click.ClickException(
            f"Something still seals by the one before: {names}. Again later."
        )
    with transaction.atomic():
        if not kept.has_leaked(secret=standing.before):
            kept.keep(found=_papers(standing.before), now=now)
        _note(account, standing.before, "It opens nothing any more.", now)
    if standing.given:
        click.echo("nothing is left under it: take LINLI_SECRET_KEY_OTHER away, and start again")
        return
    secret.retire(settings.HOME)
    secret.take_up(settings.HOME)
    click.echo(f"secret {secret.name_of(standing.before)} is forgotten")


def _check(standing: secret.Secrets) -> None:
    if standing.given and not standing.before:
        raise click.ClickException(_BY_HAND)
    if (settings.HOME / "demo.json").exists():
        raise click.ClickException(
            "The passwords and devices of the demo follow from its secret: remove the home folder "
            "and start anew instead."
        )


def _ready(standing: secret.Secrets) -> datetime:
    return datetime.fromtimestamp(standing.turned_at, UTC) + _WAITED


def _keep(*, leaked: bool, now: datetime) -> None:
    """Keep the keys that follow from the secret in use, before another is; where it leaked, those
    alone that prove, and let nothing else be believed.
    """
    by = settings.SECRET_KEY
    found = {use: kept.key_of(use=use, secret=by) for use in _PROVES}
    if leaked:
        kept.drop(besides=_PROVES)
        kept.note_leak(secret=by, now=now)
        factors.void_recovery_codes()
    else:
        found |= {use: kept.key_of(use=use, secret=by) for use in _USES} | _papers(by)
        found[pushing.VAPID] = webpush.word_of(by)
    kept.keep(found=found, now=now)


def _papers(by: str) -> dict[str, bytes]:
    """Return the keys of the codes on paper of all who have some, as they follow from a secret.
    They are asked for twice: some are made while it is turned over, by a machine that still uses
    the one before.
    """
    numbers = RecoveryCode.objects.values_list("account", flat=True).distinct()
    uses = sorted(factors.recovery_use(number) for number in numbers)
    return {use: kept.key_of(use=use, secret=by) for use in uses}


def _check_nothing_waits(standing: secret.Secrets, *, at_once: bool, now: datetime) -> None:
    """Refuse while something stands that cannot be sealed again, and would be lost."""
    waiting = Approval.rows.across("whose keys lie in what waits for a second person").filter(
        kind__in=[DEPARTMENT, PROVIDER], state=Standing.WAITING, until__gt=now
    )
    if many := waiting.count():
        raise click.ClickException(
            f"{many} departments or providers wait for a second person, with keys in what was "
            "asked: let them be decided first."
        )
    turned = datetime.fromtimestamp(standing.turned_at, UTC) if standing.turned_at else now
    bulks = Bulk.rows.across("whose secrets were not collected").exclude(nonce="")
    if not at_once and (many := bulks.filter(created_at__lt=turned).count()):
        raise click.ClickException(
            f"{many} bulks made secrets of devices that nobody collected: they can be collected "
            "until then. Collect them, or --at-once."
        )


def _note(account: int, name: str, words: str, now: datetime) -> None:
    audit.note(
        community=PLATFORM, account=account, act=Act.WRITE,
        what=f"Secret:{secret.name_of(name)}", words=words, now=now,
    )  # fmt: skip


COMMANDS = (turn_secret, retire_secret)
