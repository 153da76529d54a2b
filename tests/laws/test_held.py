"""Whoever asks what is held on him is told of every table that holds something on somebody, or a
reason stands here why not: who may read his own data reads all of it (Personal Information
Protection Law, art. 45).
"""

import re

import pytest
from django.apps import apps
from django.db import connections
from django.test.utils import CaptureQueriesContext

from linli.app import privacy as desk
from linli.contracts import privacy
from linli.domains.wallet.logic import wallet_of
from linli.foundation.consent import queries
from linli.foundation.identity.models import Account
from linli.foundation.money.models import LedgerAccount
from linli.foundation.privacy.classes import Grade
from linli.kernel.port import Port
from linli.registry.people.entries import PersonEntry, StaffEntry
from linli.registry.people.models import Person, Staff
from tests.laws.test_data import holdings
from tests.registry.conftest import NOW, estate, wired
from tests.registry.people.conftest import lived_in, put

__all__ = ["estate", "lived_in", "wired"]

ACTED = "who did it, to answer for it: his own lines of the trail tell what he did"
WITH = "told with the row that names it"
SECRET = (
    "a secret or a digest of one: whoever reads it could pass for him; the account page names it"
)
BUSINESS = "how a business is reached, not a person of the register"
NOBODY = "of whom it is no row says"
APART = "what lies apart is told with the row whose token opens it"

NOT_TOLD = {
    "approvals.Approval": ACTED,
    "apart.Kept": APART,
    "alarms.Alarm": ACTED,
    "campaigns.Campaign": ACTED,
    "campaigns.Release": ACTED,
    "charging.TariffVersion": ACTED,
    "consent.Assessment": ACTED,
    "copies.Copy": ACTED,
    "devices.Command": ACTED,
    "devices.FormerUnit": ACTED,
    "doors.CredentialStep": ACTED,
    "doors.Door": ACTED,
    "doors.Newcomer": "told in the home that asked for him; until he is let in he is nobody here",
    "exchange.Department": ACTED,
    "fleet.Bulk": ACTED,
    "fleet.Newcomer": ACTED,
    "identity.EmergencyAccess": ACTED,
    "identity.OneTimeCode": SECRET,
    "identity.RecoveryCode": SECRET,
    "identity.Totp": SECRET,
    "imports.Upload": "a whole spreadsheet, sealed, that waits for minutes to be taken in",
    "incidents.Incident": ACTED,
    "money.Difference": "between two books: it names an order, which is told to its payer",
    "money.Payment": WITH,
    "money.Posting": WITH,
    "money.Provider": ACTED,
    "money.Refund": "it names a payment of an order, which is told to its payer",
    "notices.Broadcast": ACTED,
    "openapi.StatementEntry": ACTED,
    "openapi.ThirdParty": BUSINESS,
    "parking.LotTariff": ACTED,
    "parking.Paid": "it names an order, which is told to its payer",
    "parking.StayMark": ACTED,
    "people.Household": WITH,
    "people.Organisation": BUSINESS,
    "pictures.Picture": NOBODY,
    "releases.DataRelease": ACTED,
    "scenes.LimitOverride": ACTED,
    "scenes.Mode": ACTED,
    "scenes.SceneChange": ACTED,
    "scenes.SceneState": ACTED,
    "scenes.SceneVersion": ACTED,
    "sos.Deed": ACTED,
    "trials.BackTest": ACTED,
    "trials.Proposal": ACTED,
    "vault.DataKey": SECRET,
    "vault.KeptKey": SECRET,
    "vault.WrappingKey": SECRET,
    "visits.Unheard": NOBODY,
    "wallet.Merchant": ACTED,
}
KEYS = {"vault.DataKey", "vault.WrappingKey"}
"""To open what is told they are read, and not told."""
FROM = re.compile(r'^\s*SELECT\b.*?\bFROM "(\w+)"', re.DOTALL)


@pytest.fixture
def read(lived_in, monkeypatch):
    """Return the tables that are read for the own pages of a resident and of one of the staff."""
    for port in vars(privacy).values():
        if isinstance(port, Port):
            monkeypatch.setattr(port, "_answer", None)
    desk.wire()
    account = Account.objects.create(username="zhou", name="周桂兰").pk
    put([PersonEntry(code="p1", account=account), StaffEntry(code="e01", account=account)])
    subjects = [
        f"person:{Person.rows.of('hml').get(code='p1').pk}",
        f"staff:{Staff.rows.of('hml').get(code='e01').pk}",
    ]
    LedgerAccount.rows.create(
        community="hml", code=wallet_of(subjects[0]), family="wallet", covered=True
    )
    with CaptureQueriesContext(connections["default"]) as asked:
        for subject in subjects:
            queries.mine(community="hml", account=account, subject=subject, now=NOW)
    return {found[1] for one in asked if (found := FROM.match(one["sql"]))}


def personal():
    """Return the tables that hold something on somebody, by their names."""
    return {
        model._meta.label: model._meta.db_table
        for model in apps.get_models()
        if any(
            datum.grade not in {Grade.PUBLIC, Grade.INTERNAL} for datum in holdings(model).values()
        )
    }


def test_every_table_that_holds_something_on_somebody_is_told_or_says_why_not(read):
    missing = {name for name, table in personal().items() if table not in read}

    assert missing - set(NOT_TOLD) == set()


def test_no_reason_stands_for_what_is_told_or_is_not_there(read):
    tables = personal()

    told = {name for name in NOT_TOLD if tables.get(name, "") in {"", *read}}
    assert told - KEYS == set()
