"""What a third party may read of itself, and that what it does is told as done by it."""

from datetime import timedelta

import pytest

from linli.domains.openapi.models import Usage
from linli.domains.openapi.operations import metering
from linli.foundation.audit.models import Line
from linli.foundation.identity.models import Account
from tests.domains.openapi.conftest import REGISTRATION, Party, Visitor, let_in
from tests.registry.conftest import NOW, other_estate

__all__ = ["other_estate"]
pytestmark = pytest.mark.django_db
OWN = "/third-parties/own"
REPORT = {"kind": "own.repair", "place": "hml/b03/u1/f01/101", "title": "电梯停了"}


class TestOwn:
    def test_reads_its_terms_its_use_and_what_it_costs(self, waiting, manager, second, resident):
        let_in(waiting, manager, second, calls_a_day=10, price_fen=1500, place="hml/b03")
        waiting.tokens(resident)
        program = waiting.itself()
        program.get("/alarms/counts")

        said = program.get(OWN).json()

        assert (said["name"], said["state"], said["place"]) == ("快梯维保", "allowed", "hml/b03")
        assert [one["id"] for one in said["scopes"]] == ["alarms.read", "cases.report"]
        assert (said["calls_a_day"], said["calls_left"], said["price_fen"]) == (10, 8, 1500)
        assert ([one["calls"] for one in said["usage"]], said["cost_fen"]) == ([2], 3)
        assert said["agreed"] == 1

    def test_counts_thirty_days_and_none_before(self, party):
        program = party.itself()
        day = metering.today(NOW.now(NOW.tzinfo))
        for back, calls in ((29, 7), (31, 100)):
            Usage.rows.create(
                community="hml", party_id=party.id, day=day - timedelta(days=back), calls=calls
            )

        said = program.get(OWN).json()

        assert sum(one["calls"] for one in said["usage"]) == 8

    def test_tells_nothing_of_who_let_it_in(self, party):
        said = party.itself().get(OWN)

        assert b"manager-" not in said.content
        assert "secret" not in said.json()

    def test_is_its_own_alone(self, party, manager, second):
        other = Party(Visitor().post("/third-parties", REGISTRATION | {"name": "另一家"}).json())
        let_in(other, manager, second)

        assert other.itself().get(OWN).json()["name"] == "另一家"
        assert party.itself().get(OWN).json()["name"] == "快梯维保"

    def test_is_for_no_person_and_no_token_of_a_resident(self, party, manager, resident):
        borne = Visitor(token=party.tokens(resident).json()["access_token"])

        answers = [one.get(OWN) for one in (manager, resident, borne, Visitor())]

        assert [one.status_code for one in answers] == [403, 403, 403, 401]

    def test_is_not_there_in_another_community(self, party, other_estate):
        assert party.itself().get(f"/api/v1/other{OWN}").status_code == 403

    def test_a_suspended_one_reads_nothing(self, party, manager):
        program = party.itself()
        manager.post(f"/third-parties/{party.id}/suspend", {"reason": "出了问题"})

        assert program.get(OWN).status_code == 401


class TestTrail:
    def lines(self, **wanted):
        rows = Line.objects.filter(community="hml", **wanted).order_by("id")
        return list(rows.values_list("who", "program"))

    def test_a_report_through_a_residents_token_is_his_by_the_program(
        self, party, resident, reports
    ):
        borne = Visitor(token=party.tokens(resident).json()["access_token"])

        assert borne.post("/cases", REPORT).status_code == 201

        assert self.lines(what__startswith="CaseMoved")[0] == ("resident-1", "快梯维保")

    def test_his_own_report_is_his_alone(self, party, resident, reports):
        resident.post("/cases", REPORT)

        assert self.lines(what__startswith="CaseMoved")[0] == ("resident-1", "")

    def test_agreeing_to_it_is_his_alone(self, party, resident):
        party.tokens(resident)

        assert self.lines(what__startswith="AgreementGiven") == [("resident-1", "")]

    def test_what_it_is_refused_is_told_as_its_own(self, party, resident):
        borne = Visitor(token=party.tokens(resident).json()["access_token"])

        assert borne.get("/third-parties").status_code == 403

        assert self.lines(act="refusal") == [("resident-1", "快梯维保")]

    def test_for_itself_it_is_named_too(self, party, reports):
        program = party.itself()

        assert program.post("/cases", REPORT).status_code == 201

        [(who, name), *_] = self.lines(what__startswith="CaseMoved")
        assert (Account.objects.filter(username=who).exists(), name) == (True, "快梯维保")

    def test_a_token_that_opens_nothing_names_nobody(self, party, resident):
        Visitor(token="made up").get("/third-parties")

        assert self.lines(act="refusal") == [("", "")]
