"""Whatever rests on the installation's own secret, made before it is turned over, and how it is."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import msgspec
import pytest
from click.testing import CliRunner
from django.core import signing
from django.test import Client, override_settings

from linli.app import agreed as agreements
from linli.app import keys_secret, secret, two_persons, wiring
from linli.app.keys import keys
from linli.contracts import approvals, directory, outbox
from linli.domains.charging.operations import answering
from linli.domains.doors.models import SigningKey
from linli.domains.doors.operations import signing as doors
from linli.domains.exchange import queries as departments
from linli.domains.exchange.models import Department
from linli.domains.notices.operations import pushing
from linli.domains.openapi.models import PartyState, Subscription, ThirdParty
from linli.domains.openapi.operations import subscribing
from linli.domains.tours import logic as tour_logic
from linli.domains.tours import signing as tours
from linli.domains.tours.models import Point
from linli.domains.visits.models import Visit
from linli.foundation import sealing
from linli.foundation.copies import queries as copies
from linli.foundation.copies.models import Copy
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account, RecoveryCode, Totp
from linli.foundation.identity.operations import factors
from linli.foundation.money import queries as money
from linli.foundation.money.models import Provider
from linli.foundation.vault import kept
from linli.registry.campaigns.operations import tickets

visits = import_module("linli.domains.visits.queries.visits")
PASSWORD = "long enough 7"
KEY = bytes(range(16))
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(settings, tmp_path, monkeypatch):
    for name in ("LINLI_SECRET_KEY", "LINLI_SECRET_KEY_OTHER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(wiring, "wire_records", lambda: None)
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    monkeypatch.setattr(approvals.carry_out, "_answer", agreements.carry_out)
    monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml"])
    monkeypatch.setattr(keys_secret, "sleep", lambda seconds: None)
    monkeypatch.setattr(two_persons, "everywhere", lambda *said: 1)
    settings.HOME = tmp_path
    settings.SECRET_KEY = secret.read(tmp_path).in_use
    settings.SECRET_KEY_FALLBACKS = []
    return tmp_path


@pytest.fixture
def officers(db):
    for username, role in (("head", "manager"), ("safe", "security_officer")):
        opened = identity.open_account(username=username, name=username, password=PASSWORD)
        identity.grant(account=opened.account, role=role, community="hml", now=datetime.now(UTC))


def run(command, *options):
    said = ("--by", "head", "--agreed", "safe")
    return CliRunner().invoke(keys, [command, *said, *options], input=f"{PASSWORD}\n\n" * 2)


def done(command, *options):
    answer = run(command, *options)
    assert answer.exit_code == 0, answer.output
    return answer.output


def later(home, **span):
    """Let the secret be turned over so much longer ago."""
    found = secret.read(home)
    ago = int(timedelta(**span).total_seconds())
    secret._put(home, msgspec.structs.replace(found, turned_at=found.turned_at - ago))


class House:
    """Whatever rests on the secret, made before it is turned over; `opens` tells of each whether it
    is still good.
    """

    def __init__(self, account):
        self.account, self.client = account, Client()
        self.client.force_login(Account.objects.get(pk=account))
        signed = Account.objects.get(pk=account).get_session_auth_hash()
        factors.begin_app(account=account, signed=signed, now=NOW)
        Totp.objects.update(proved=True)
        self.paper = factors.first_recovery_codes(account=account)
        self.ticket = identity.ticket(account=account, community="hml", now=NOW).ticket
        self.firmware = tickets.write(community="hml", device="d1", release=3)
        self.code = answering.code(community="hml", person=7)
        self.point = Point(community="hml", code="gate", edition=1)
        self.printed = tour_logic.read(tours.printed(self.point))
        self.visit = Visit(community="hml", pk=5, nonce="x" * 24)
        self.link = visits.link_of(self.visit)
        self.vapid = pushing.public_key()
        self.copy = Copy.rows.create(
            community="hml", what="people", form="csv", purpose="", by_id=account, at=NOW
        )
        self.mark = copies.mark(self.copy)
        self._sealed()

    def _sealed(self):
        sealed = sealing.seal(KEY, use=subscribing.SIGNING)
        party = ThirdParty.rows.create(
            community="hml", name="x", client="c", secret="s", state=PartyState.WAITING,
            registered_at=NOW,
        )  # fmt: skip
        Subscription.rows.create(
            community="hml", party=party, url="https://x.example", secret=sealed, made_at=NOW
        )
        doors.drawn(community="hml", number=1, now=NOW).save()
        by = {"set_at": NOW, "set_by_id": self.account}
        Department.rows.create(
            community="hml", code="d", url="https://x.example", app="a",
            key=sealing.seal(KEY, use=departments.KEY), **by,
        )  # fmt: skip
        Provider.rows.create(
            community="hml", code="p", url="https://x.example", app="a", first_day=NOW.date(),
            key=sealing.seal(KEY, use=money.KEY), **by,
        )  # fmt: skip

    def opens(self):
        """Return what is good, by its name."""
        found = {
            "session": self.client.get("/api/v1/sessions").status_code == 200,
            "app": self._is(lambda: sealing.open_sealed(
                bytes(Totp.objects.get().secret), use=factors.app_use(self.account))),
            "paper": RecoveryCode.objects.filter(
                digest__in=factors._digests(self.account, self.paper[0])
            ).exists(),
            "ticket": self._is(lambda: identity.verify_ticket(
                ticket=self.ticket, community="hml", now=NOW)),
            "firmware": tickets.read(ticket=self.firmware, community="hml", release=3) == "d1",
            "code": self._is(lambda: answering._of_code("hml", self.code)),
            "printed": tours.genuine(self.point, self.printed),
            "link": self._is(lambda: visits._said(self.link)),
            "vapid": pushing.public_key() == self.vapid,
            "copy": any(
                kept.under(key, str(self.copy.pk)) == self.mark.key
                for key in kept.keys(use=copies.ORDER)
            ),
        }  # fmt: skip
        sealed = ((Subscription, "secret", subscribing.SIGNING), (Department, "key", "exchange"),
                  (Provider, "key", money.KEY), (SigningKey, "private", doors.USE))  # fmt: skip
        for model, column, use in sealed:
            body = bytes(getattr(model.rows.of("hml").get(), column))
            opened = self._is(lambda body=body, use=use: sealing.open_sealed(body, use=use))
            found[model.__name__] = opened
        return found

    def _is(self, act):
        try:
            return act() is not None
        except (sealing.Unreadable, signing.BadSignature, identity.BadTicket, answering.BadCode):
            return False


def on_another_machine(home):
    """Return what lets this process be one of a machine that has heard of the next secret, and goes
    on using the one before.
    """
    drawn = secret.prepare(home)
    return override_settings(SECRET_KEY=drawn.in_use, SECRET_KEY_FALLBACKS=[drawn.next])


def papers(house):
    """Let somebody make codes on paper in place of those he has; return them."""
    RecoveryCode.objects.filter(account=house.account).delete()
    return factors.first_recovery_codes(account=house.account)


SHORT = {"ticket", "firmware", "code"}
"""Signed for minutes or days: waited for before the secret is retired."""


@pytest.fixture
def house(officers):
    opened = identity.open_account(username="li", name="李小和", password=PASSWORD)
    identity.grant(account=opened.account, role="resident", community="hml", place="hml/1",
                   now=NOW)  # fmt: skip
    return House(opened.account)
