import msgspec
import pytest

from linli.contracts.devices import CommandRequested
from linli.contracts.effects import CommandOverruled
from linli.devices import validate
from linli.foundation.audit.models import Act, Line
from linli.foundation.causes import queries as causes
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.devices import catalogue, logic, operations, queries
from linli.registry.devices.models import Command, Device
from linli.registry.devices.operations import Changes
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE, acknowledged, issued, sent, topics

pytestmark = pytest.mark.django_db


def ask(by=None, **more):
    said = {"device": "fan-1", "service": "fan.on", "args": {}, "key": "k1"} | more
    return operations.request_command(community="hml", by=by, now=NOW, **said)


class TestRequestCommand:
    def test_writes_the_row_and_tells_the_live_half(self, devices):
        row = ask()

        fact = msgspec.json.decode(Outgoing.objects.last().body, type=CommandRequested)
        assert (fact.command, fact.device, fact.service) == (row.pk, "fan-1", "fan.on")
        assert fact.expires_at == NOW.timestamp() + 120
        assert (row.state, row.cause) == ("queued", fact.id)

    def test_asked_again_with_the_same_key_is_told_once(self, devices):
        first = ask()
        before = topics()

        assert ask().pk == first.pk
        assert topics() == before
        assert Command.rows.of("hml").count() == 1

    def test_what_nobody_asked_for_is_no_deed_of_a_person(self, devices, sign_in):
        person = sign_in("guard")
        ask()
        ask(by=person, key="k2")

        lines = Line.objects.filter(act=Act.WRITE, what__startswith="CommandRequested")
        assert [line.account for line in lines] == [person]
        facts = [msgspec.json.decode(row.body) for row in Outgoing.objects.order_by("pk")]
        asked = [fact["by"] for fact in facts if "command" in fact]
        assert asked == [None, person]

    def test_refuses_a_key_used_for_something_else(self, devices):
        ask()

        with pytest.raises(logic.KeyUsed):
            ask(service="fan.off")

    def test_the_same_key_of_another_person_is_another_command(self, devices, sign_in):
        first = ask(by=sign_in("guard"))

        assert ask(by=sign_in("engineer")).pk != first.pk

    def test_taken_up_by_the_engine_it_stays_the_same_row(self, devices):
        row = ask()

        operations.command_issued(effect=issued(row.pk, scene="", cause=row.cause))

        assert queries.command(community="hml", id=row.pk).key == "k1"
        assert Command.rows.of("hml").count() == 1

    @pytest.mark.parametrize(
        ("more", "fault"),
        [
            ({"device": "ghost"}, queries.DeviceNotFound),
            ({"service": "valve.close"}, validate.UnknownService),
            ({"args": {"speed": 3}}, validate.BadArgument),
            ({"key": ""}, logic.BadKey),
            ({"key": "k" * 65}, logic.BadKey),
            ({"seen": ["hml/b03"]}, queries.DeviceNotFound),
        ],
    )
    def test_refuses_what_cannot_be_and_announces_nothing(self, devices, more, fault):
        before = topics()

        with pytest.raises(fault):
            ask(**more)

        assert topics() == before

    def test_refuses_a_device_out_of_use(self, devices):
        operations.change(community="hml", code="fan-1", changes=Changes(enabled=False), now=NOW)

        with pytest.raises(logic.Disabled):
            ask()


class TestAtOnce:
    def test_the_second_of_two_at_once_gets_the_command_of_the_first(self, devices, monkeypatch):
        first = ask()
        found = queries.command_by_key
        looks = []

        def blind_once(**said):
            looks.append(said)
            return found(**said) if len(looks) > 1 else None

        monkeypatch.setattr(queries, "command_by_key", blind_once)

        assert ask().pk == first.pk
        assert Command.rows.of("hml").count() == 1


@pytest.fixture
def dangerous(known_models, monkeypatch):
    """Let stopping the fan be dangerous."""
    model = known_models["garage_fan"]
    stop = msgspec.structs.replace(
        model.services["fan.off"], danger=Words(zh="排风会停", en="no air will be drawn")
    )
    changed = msgspec.structs.replace(model, services={**model.services, "fan.off": stop})
    monkeypatch.setattr(
        catalogue.models, "_answer", lambda: {**known_models, "garage_fan": changed}
    )


class TestConfirmCommand:
    def test_a_dangerous_one_waits_until_the_same_person_confirms_it(
        self, devices, dangerous, sign_in
    ):
        guard = sign_in("guard")
        before = topics()
        row = ask(by=guard, service="fan.off")
        waited = (row.state, topics() == before)

        done = operations.confirm_command(community="hml", id=row.pk, by=guard, now=NOW)
        again = operations.confirm_command(community="hml", id=row.pk, by=guard, now=NOW)

        assert waited == ("unconfirmed", True)
        assert (done.state, again.pk) == ("queued", row.pk)
        assert topics()[len(before) :] == ["CommandRequested"]

    def test_does_nothing_with_a_device_put_out_of_use_meanwhile(self, devices, dangerous, sign_in):
        guard = sign_in("guard")
        row = ask(by=guard, service="fan.off")
        Device.rows.of("hml").filter(code=row.device).update(enabled=False)
        before = topics()

        with pytest.raises(logic.Disabled):
            operations.confirm_command(community="hml", id=row.pk, by=guard, now=NOW)

        assert topics() == before

    def test_another_person_cannot_confirm_it(self, devices, dangerous, sign_in):
        row = ask(by=sign_in("guard"), service="fan.off")

        with pytest.raises(queries.CommandNotFound):
            operations.confirm_command(community="hml", id=row.pk, by=sign_in("engineer"), now=NOW)

    def test_too_late_it_expires_and_is_never_done(self, devices, dangerous, sign_in):
        guard = sign_in("guard")
        row = ask(by=guard, service="fan.off")
        late = NOW + logic.TIME_TO_CONFIRM

        with pytest.raises(logic.TooLateToConfirm):
            operations.confirm_command(community="hml", id=row.pk, by=guard, now=late)
        assert operations.give_up_unconfirmed(community="hml", now=late) == 1
        assert queries.command(community="hml", id=row.pk).state == "expired"

    def test_what_the_platform_itself_does_needs_no_confirmation(self, devices, dangerous):
        assert ask(by=None, service="fan.off").state == "queued"

    def test_the_chain_leads_from_the_answer_to_who_asked(self, devices, sign_in):
        row = ask(by=sign_in("manager"), override="现场已确认无险情")
        told = [sent(row.pk), acknowledged(row.pk)]

        operations.commands_told(effects=told)
        operations.commands_told(effects=told)

        up = causes.chain(community="hml", id=told[-1].id)
        down = causes.consequences(community="hml", id=row.pk)
        assert [link.kind for link in up] == [
            "CommandAcknowledged", "CommandIssued", "CommandRequested",
        ]  # fmt: skip
        assert up[1].about["override"] is True
        assert [link.kind for link in down][:2] == ["CommandIssued", "CommandSent"]

    def test_the_chain_of_a_wish_overruled_ends_at_who_asked(self, devices, sign_in):
        row = ask(by=sign_in("guard"), service="fan.off")
        lost = CommandOverruled(
            id=row.pk, at=NOW.timestamp(), community="hml", cause=row.cause, device="fan-1",
            service="fan.off", winner_scene=CO_SCENE, winner_command="c1",
        )  # fmt: skip

        operations.commands_told(effects=[lost])

        up = causes.chain(community="hml", id=row.pk)
        assert [link.kind for link in up] == ["CommandOverruled", "CommandRequested"]
        assert up[0].about["winner_scene"] == CO_SCENE

    def test_an_override_travels_with_its_reason(self, devices, sign_in):
        ask(by=sign_in("manager"), override="现场已确认无险情")

        fact = msgspec.json.decode(Outgoing.objects.last().body, type=CommandRequested)
        assert (fact.override, fact.reason) == (True, "现场已确认无险情")
