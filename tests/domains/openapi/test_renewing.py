"""A third party takes a new secret; two are valid for a while, and then one."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from linli.domains.openapi.models import ThirdParty
from linli.domains.openapi.operations import authorizing, renewing
from linli.foundation.audit.models import Line
from linli.foundation.identity.queries import Actor
from tests.domains.openapi.conftest import Visitor
from tests.fresh import stale
from tests.registry.conftest import other_estate

__all__ = ["other_estate"]
pytestmark = pytest.mark.django_db
OWN = "/third-parties/own/secret"


def opens(party, secret):
    return party.token(secret=secret).status_code == 200


def renew(party, secret=None, program=None, **more):
    """Let a program take a new secret for the one that it has."""
    body = {"client_secret": party.secret if secret is None else secret, **more}
    return (program or party.itself()).post(OWN, body)


def row():
    return ThirdParty.rows.of("hml").get()


def pass_hours(hours):
    """Let the time of the secret before come so much nearer."""
    found = row()
    found.former_until -= timedelta(hours=hours)
    found.save()


class TestOwn:
    def test_two_are_valid_side_by_side_and_then_one(self, party):
        made = renew(party, overlap_h=2)

        new = made.json()["client_secret"]
        assert made.status_code == 201
        assert (opens(party, party.secret), opens(party, new)) == (True, True)
        assert not opens(party, "another")
        pass_hours(2)
        assert (opens(party, party.secret), opens(party, new)) == (False, True)

    def test_says_until_when_and_keeps_no_secret(self, party):
        made = renew(party).json()

        until = timezone.datetime.fromisoformat(made["former_until"])
        assert abs(until - timezone.now() - timedelta(hours=24)) < timedelta(minutes=1)
        assert made["client_secret"] not in str(vars(row()))
        assert party.itself().get("/third-parties/own").json()["former_until"]

    def test_a_third_is_refused_until_the_oldest_has_ended(self, party):
        program = party.itself()
        first = renew(party, program=program, overlap_h=1).json()["client_secret"]

        refused = renew(party, first, program, overlap_h=1)
        pass_hours(1)
        third = renew(party, first, program, overlap_h=1).json()["client_secret"]

        assert (refused.status_code, refused.json()["key"]) == (409, "openapi.two_secrets")
        assert [opens(party, one) for one in (party.secret, first, third)] == [False, True, True]

    def test_without_overlap_whatever_was_before_ends_at_once(self, party, resident):
        program, other = party.itself(), party.itself()
        theirs = party.tokens(resident).json()
        first = renew(party, program=program, overlap_h=5).json()["client_secret"]

        last = renew(party, first, program, overlap_h=0).json()

        assert last["former_until"] is None
        assert [opens(party, one) for one in (party.secret, first)] == [False, False]
        assert opens(party, last["client_secret"])
        assert [one.get("/third-parties/own").status_code for one in (program, other)] == [401, 401]
        borne = Visitor(token=theirs["access_token"])
        assert borne.post("/cases", {}).status_code == 401
        party.secret = last["client_secret"]
        refreshed = party.token("refresh_token", refresh_token=theirs["refresh_token"])
        assert refreshed.json()["error"] == "invalid_grant"
        assert party.tokens(resident).status_code == 200

    def test_a_token_alone_or_the_secret_before_is_not_enough(self, party):
        program = party.itself()
        stolen = [renew(party, secret, program, overlap_h=0) for secret in ("x", "é", party.name)]
        renew(party, program=program, overlap_h=1)

        stolen.append(renew(party, program=program, overlap_h=0))

        assert {(one.status_code, one.json()["key"]) for one in stolen} == {
            (403, "openapi.wrong_secret")
        }
        assert program.post(OWN, {"overlap_h": 0}).status_code == 422
        assert opens(party, party.secret)

    @pytest.mark.parametrize("hours", [-1, 337, "x"])
    def test_refuses_an_overlap_that_is_none(self, party, hours):
        assert renew(party, overlap_h=hours).status_code == 422

    def test_sent_again_under_one_key_is_one(self, party):
        program = party.itself()
        program.headers["Idempotency-Key"] = "one-new-secret"

        first, second = renew(party, program=program), renew(party, program=program)

        assert first.json() == second.json()

    def test_is_for_no_person_and_no_token_of_a_resident(self, party, manager, resident):
        borne = Visitor(token=party.tokens(resident).json()["access_token"])

        denied = (manager, resident, borne, Visitor())
        answers = [renew(party, program=one) for one in denied]

        assert [one.status_code for one in answers] == [403, 403, 403, 401]
        assert opens(party, party.secret)

    def test_is_in_the_trail_as_done_by_the_program(self, party):
        renew(party)

        [line] = Line.objects.filter(what__startswith="ThirdPartySecretRenewed")
        assert line.program == "快梯维保"


class TestManager:
    def test_gives_a_new_one_that_is_told_once(self, party, manager):
        made = manager.post(f"/third-parties/{party.id}/secret", {"overlap_h": 1}).json()

        assert (made["client_id"], opens(party, made["client_secret"])) == (party.name, True)
        shown = manager.get(f"/third-parties/{party.id}")
        assert made["client_secret"] not in shown.content.decode()
        assert shown.json()["party"]["former_until"] == made["former_until"]
        [line] = Line.objects.filter(what__startswith="ThirdPartySecretRenewed")
        assert (line.who, line.program) == ("manager-1", "")

    def test_shows_a_factor_for_it(self, party, manager):
        stale(manager.client)

        answer = manager.post(f"/third-parties/{party.id}/secret")

        assert (answer.status_code, answer.json()["key"]) == (401, "identity.step_up_wanted")
        assert opens(party, party.secret)

    def test_gives_none_to_who_is_not_let_in(self, waiting, manager):
        answer = manager.post(f"/third-parties/{waiting.id}/secret")

        assert (answer.status_code, answer.json()["key"]) == (409, "openapi.not_now")

    def test_of_another_community_or_without_the_right_gives_none(
        self, party, person, other_estate, resident
    ):
        elsewhere = person("manager-3", "manager", community="other")

        wrong = elsewhere.post(f"/api/v1/other/third-parties/{party.id}/secret")

        assert wrong.status_code == 404
        assert elsewhere.post(f"/third-parties/{party.id}/secret").status_code == 403
        assert resident.post(f"/third-parties/{party.id}/secret").status_code == 403
        assert opens(party, party.secret)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_refused(party):
    actor = Actor(account=row().account_id, name="x", community="hml", roles=frozenset())
    start, came = threading.Barrier(2), []

    def take():
        start.wait()
        wish = {"client_secret": party.secret, "overlap_h": 1, "now": timezone.now()}
        try:
            came.append(renewing.renew_own(actor=actor, **wish).client_secret)
        except (renewing.TwoSecrets, renewing.WrongSecret):
            came.append("")
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(map(bool, came)) == [False, True]
    assert [opens(party, one) for one in (party.secret, *filter(None, came))] == [True, True]


class TestWhileATokenIsAskedFor:
    """A secret that is in wrong hands ends, and just then a token is asked for by it."""

    pytestmark = pytest.mark.django_db(transaction=True)
    AWHILE_S = 0.3

    def end_it(self, party):
        actor = Actor(account=row().account_id, name="x", community="hml", roles=frozenset())
        wish = {"client_secret": party.secret, "overlap_h": 0, "now": timezone.now()}
        return renewing.renew_own(actor=actor, **wish).client_secret

    def beside(self, act, came):
        """Begin something on a line of its own; what it comes to is put into a list."""

        def run():
            try:
                came.append(act())
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def test_the_token_that_was_under_way_ends_with_the_secret(self, party, monkeypatch):
        began, came, real = [], [], authorizing.Server.save_token

        def slowly(server, token, request):
            began.append(self.beside(lambda: self.end_it(party), came))
            began[0].join(self.AWHILE_S)
            real(server, token, request)

        monkeypatch.setattr(authorizing.Server, "save_token", slowly)

        given = party.token()
        began[0].join()

        assert given.status_code == 200
        stolen = Visitor(token=given.json()["access_token"])
        assert stolen.get("/third-parties/own").status_code == 401
        monkeypatch.undo()
        assert (opens(party, party.secret), opens(party, came[0])) == (False, True)

    def test_whoever_waited_for_the_end_of_the_secret_gets_none(self, party):
        came = []

        with transaction.atomic():
            self.end_it(party)
            asked = self.beside(lambda: party.token().status_code, came)
            asked.join(self.AWHILE_S)
        asked.join()

        assert came == [401]
