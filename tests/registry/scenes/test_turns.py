"""Trials of one account take turns; those of others go on beside them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from linli.registry.scenes import turns
from linli.registry.scenes.turns import OneAtATime, turn


def hold(account, entered, leave):
    with turn(account):
        entered.set()
        return leave.wait(5)


class TestTurn:
    def test_the_second_waits_for_the_first_and_the_third_is_refused(self):
        entered, leave, second = Event(), Event(), Event()
        with ThreadPoolExecutor(2) as others:
            first = others.submit(hold, 1, entered, leave)
            assert entered.wait(5)
            waiting = others.submit(hold, 1, second, leave)
            while turns._seats[1].taken < 2:
                assert not first.done()

            with pytest.raises(OneAtATime), turn(1):
                pass
            early = second.is_set()
            leave.set()

            assert not early
            assert first.result()
            assert waiting.result()

    def test_who_waits_too_long_is_refused(self):
        with turn(1), pytest.raises(OneAtATime), turn(1, patience_s=0.0):
            pass

    def test_others_do_not_wait(self):
        with turn(1), turn(2, patience_s=0.0):
            assert set(turns._seats) == {1, 2}

    def test_nothing_is_kept_of_whom_nothing_runs(self):
        with pytest.raises(ZeroDivisionError), turn(1):
            _ = 1 / 0

        assert turns._seats == {}
