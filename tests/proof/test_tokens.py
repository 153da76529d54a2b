"""What asks for a factor shown afresh is closed to programs: a token shows none, whatever it may do
and for whomever. The usual run takes a sample of these doors (`chance`), `--long` all of them.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from linli.domains.openapi import queries
from linli.domains.openapi.models import Agreement, PartyState, ThirdParty, Token
from linli.foundation.identity.models import Account
from linli.web.doors import doors
from tests import chance
from tests.proof.calling import key_of
from tests.proof.test_matrix import SHUT, saying
from tests.proof.world import HERE, role_for

pytestmark = [pytest.mark.django_db(databases=["default", "apart"]), pytest.mark.once]

SAMPLE = 12
"""Doors that are tried in the usual run."""
HIS_OWN = {
    ("DELETE", "/{community}/me/wards/{ward}"),
    ("POST", "/{community}/my/pin"),
    ("POST", "/{community}/duty/pin"),
}
"""Doors that no program passes at all, whenever its owner showed a factor."""
EVERY = frozenset().union(*(door.permissions for door in doors()))


def token(account):
    """Return an access token that leaves an account all that it may, as nobody is ever given."""
    now, secret = timezone.now(), f"of {account}"
    party = ThirdParty.rows.create(
        community=HERE, name="快梯", home="https://lifts.example", words="", contact="", secret="",
        client=f"c{account}", state=PartyState.ALLOWED, scopes=sorted(EVERY), account_id=account,
        calls_a_day=10_000, registered_at=now,
        reviewed_by=Account.objects.earliest("pk"), decided_by=Account.objects.latest("pk"),
    )  # fmt: skip
    agreed = Agreement.rows.create(
        community=HERE, party=party, account_id=account, scopes=sorted(EVERY), given_at=now
    )
    Token.rows.create(
        community=HERE, party=party, agreement=agreed, access=queries.digest(secret),
        scopes=sorted(EVERY), made_at=now, access_until=now + timedelta(hours=1),
    )  # fmt: skip
    return secret


@pytest.fixture
def bearing(entering):
    """Return two clients of a program that acts for somebody of a role: one brings its token alone,
    one a session of his beside it, in which a factor was shown just now.
    """
    known = {}

    def bear(role):
        if role not in known:
            beside, alone = entering(role), Client(raise_request_exception=False)
            secret = token(int(beside.session["_auth_user_id"]))
            for client in (alone, beside):
                client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
            known[role] = alone, beside
        return known[role]

    return bear


def asking(request):
    """Return the doors that ask for a factor, or a sample of them."""
    every = [door for door in doors() if door.fresh]
    if request.config.getoption("--long"):
        return every
    return chance.some("tokens", every, SAMPLE)


def refusal(door):
    """Return how a program is refused: a door of one's own account does not look at its token."""
    if (door.method, door.path) in HIS_OWN:
        return 403, "identity.not_allowed"
    return 401, "identity.step_up_wanted" if door.permissions else "identity.not_signed_in"


def test_a_token_passes_no_door_that_asks_for_a_factor(request, bearing, calling):
    passed = {}

    for door in asking(request):
        for client in bearing(role_for(door)) if door.permissions else bearing("manager")[:1]:
            answer = calling(client, door, full=True, asks=saying(door), community=HERE)
            if (answer.status_code, key_of(answer)) != refusal(door):
                passed[door.method, door.path] = (answer.status_code, key_of(answer))

    assert passed == {}


def test_the_same_token_passes_where_no_factor_is_asked_for(bearing, calling):
    [door] = [one for one in doors() if (one.method, one.path) == ("GET", "/{community}/alarms")]

    answers = [calling(client, door, community=HERE) for client in bearing("manager")]

    assert [(one.status_code, key_of(one)) for one in answers] == [(200, "")] * 2
    assert not SHUT & {key_of(one) for one in answers}
