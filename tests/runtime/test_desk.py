from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from django.db import OperationalError, connection, connections
from psycopg import OperationalError as LineBroke
from psycopg.errors import AdminShutdown, DeadlockDetected, UndefinedColumn

from linli.contracts import asking
from linli.contracts.asking import Asked, Told
from linli.kernel.fault import Fault
from linli.runtime.desk import answered

pytestmark = pytest.mark.django_db


class Shut(Fault):
    key = "desk.shut"
    status = 409


class Card(msgspec.Struct):
    value: str


def ask(answer, **body):
    asked = Asked(community="c", device="d", kind="k", id="1", body=body, at=1.0)
    return asking.told(answered(asking.ask(asked), {"k": answer}))


class TestAnswered:
    def test_gives_the_answer_of_the_kind(self):
        told = ask(lambda asked, _now: Told(ok=True, body={"said": asked.body["value"]}), value="7")

        assert told == Told(ok=True, body={"said": "7"})

    def test_gives_the_key_of_a_refusal_as_the_reason(self):
        def refuse(_asked, _now):
            raise Shut

        assert ask(refuse) == Told(ok=False, reason="desk.shut")

    def test_says_that_a_body_is_malformed(self):
        def read(asked, _now):
            msgspec.convert(asked.body, Card)

        assert ask(read, value=7) == asking.MALFORMED
        assert asking.told(answered(b"nothing", {})) == asking.MALFORMED

    def test_says_that_nobody_answers_a_kind(self):
        asked = Asked(community="c", device="d", kind="moon", id="1", at=1.0)

        assert asking.told(answered(asking.ask(asked), {})) == asking.NOBODY

    @pytest.mark.parametrize("cause", [AdminShutdown, DeadlockDetected, LineBroke, None])
    def test_says_that_it_is_busy_where_the_records_are_away_or_locked(self, caplog, cause):
        def away(_asked, _now):
            raise OperationalError("database is locked") from (cause("away") if cause else None)

        assert ask(away) == asking.BUSY
        assert "k of d is not answered now" in caplog.text

    @pytest.mark.parametrize("cause", [UndefinedColumn, None])
    def test_says_that_it_is_our_trouble_where_the_records_would_refuse_it_again(self, cause):
        def refused(_asked, _now):
            raise OperationalError("no such column: x") from (cause("no column") if cause else None)

        assert ask(refused) == asking.TROUBLE

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="a file has no line to break")
    def test_goes_on_with_another_line_where_that_to_the_records_was_ended(self):
        def cut_off(_asked, _now):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        def reads(_asked, _now):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                return Told(ok=cursor.fetchone() == (1,))

        with ThreadPoolExecutor(1) as thread:
            told = [thread.submit(ask, one).result() for one in (cut_off, reads)]
            thread.submit(connections.close_all).result()

        assert told == [asking.BUSY, Told(ok=True)]

    def test_says_that_it_is_our_trouble_whatever_went_wrong_and_logs_it(self, caplog):
        def stumbles(_asked, _now):
            raise IndexError

        assert ask(stumbles) == asking.TROUBLE
        assert "k of d was not answered" in caplog.text
