"""Several keep something of the same person at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from tests.foundation.apart.conftest import TOLD, data_keys, keep, own

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "apart"])
TIMES = 4


def test_there_is_one_key_and_all_of_it_opens():
    ready = Barrier(TIMES)

    def one(_):
        try:
            ready.wait(20)
            return keep()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES) as threads:
        tokens = list(threads.map(one, range(TIMES)))

    assert own(*tokens) == dict.fromkeys(tokens, TOLD)
    assert data_keys().count() == 1
