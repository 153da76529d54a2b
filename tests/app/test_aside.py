from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from linli.app.aside import aside
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Undelivered

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def two():
    for number in (1, 2):
        outbox.put_aside(
            consumer="cases.alarm_gone", fact=f"f{number}", community="hml", body=b"nonsense",
            reason="it was broken", now=NOON,
        )  # fmt: skip
    return list(Undelivered.objects.order_by("pk").values_list("pk", flat=True))


def call(*words):
    return CliRunner().invoke(aside, [str(word) for word in words])


class TestAside:
    def test_lists_what_is_put_aside_and_why(self, two, monkeypatch):
        monkeypatch.setattr("linli.app.aside._AT_ONCE", 1)

        said = call("list").output.splitlines()

        assert [line.split()[0] for line in said] == [str(number) for number in two]
        assert "cases.alarm_gone  f1  it was broken" in said[0]

    def test_what_is_refused_again_is_told_and_ends_with_1(self, two):
        answer = call("again", "--all")

        assert answer.exit_code == 1
        assert "2 of 2 refused" in answer.output
        assert Undelivered.objects.count() == 2

    def test_forgets_only_what_is_named(self, two):
        answer = call("forget", two[0])

        assert (answer.exit_code, answer.output) == (0, f"{two[0]}  done\n")
        assert Undelivered.objects.get().pk == two[1]

    def test_an_unknown_number_is_told(self, two):
        answer = call("forget", 999_999)

        assert answer.exit_code == 1
        assert "Nothing is put aside under number 999999" in answer.output

    @pytest.mark.parametrize("words", [("forget",), ("again",), ("forget", "1", "--all")])
    def test_refuses_to_guess_which_are_meant(self, two, words):
        answer = call(*words)

        assert answer.exit_code == 2
        assert Undelivered.objects.count() == 2
