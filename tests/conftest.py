"""Every test run has a home of its own; nothing of a developer's installation is touched."""

import os
import tempfile
from collections import defaultdict
from pathlib import Path

import django
import pytest

os.environ["LINLI_HOME"] = tempfile.mkdtemp(prefix="linli-test-")
os.environ.setdefault("LINLI_DATA", str(Path(__file__).parents[2] / "shared" / "data"))
for caller in ("ACCOUNT", "THIRD_PARTY", "ADDRESS"):
    os.environ.setdefault(f"LINLI_CALLS_{caller}", "0")  # hundreds of tests are one account
os.environ["LINLI_FACTOR_ROLES"] = "none"  # where it matters a test says which
os.environ["DJANGO_SETTINGS_MODULE"] = "linli.app.settings"
django.setup()
"""Here and not by pyproject.toml: from there the settings were read before the home was set."""

from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402 - after the settings
from django.db import connection  # noqa: E402 - after the settings

from tests import chance, fresh, records  # noqa: E402 - after the settings
from tests.final import let_transactional_tests_clean_up  # noqa: E402 - after the settings

let_transactional_tests_clean_up()
fresh.let_who_is_let_in_be_fresh()
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 1024
Argon2PasswordHasher.parallelism = 1
"""The same hash with less work: a test's password is nobody's."""

RECORDS = {"db", "transactional_db", "client", "admin_client", "live_server"}


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the whole of the long suites")
    parser.addoption("--records", action="store_true", help="only the tests that touch records")
    parser.addoption("--sample", action="store_true", help="a part of them, which moves")


def _touches_records(item):
    return bool(item.get_closest_marker("django_db") or RECORDS & set(item.fixturenames))


def _is_enough(config, item):
    """Tell whether one database is enough for it in this run."""
    return bool(item.get_closest_marker("once")) and not config.getoption("--long")


def _commits(item):
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in item.fixturenames


def _sampled(items):
    """Leave what commits, and of the rest a half of the files and there a third of the values of
    each test: another half and third with each content of the project.
    """
    files, values = sorted({item.path for item in items}), defaultdict(list)
    for item in items:
        values[item.nodeid.partition("[")[0]].append(item)
    half = set(chance.some("files", files, -(-len(files) // 2)))
    third = {
        item for name, all_of_it in values.items()
        for item in chance.some(name, all_of_it, -(-len(all_of_it) // 3))
    }  # fmt: skip
    return [item for item in items if _commits(item) or (item.path in half and item in third)]


def pytest_collection_modifyitems(config, items):
    keep = items
    if config.getoption("--records"):
        keep = [item for item in keep if _touches_records(item) and not _is_enough(config, item)]
    if config.getoption("--sample"):
        keep = _sampled(keep)
    if not config.getoption("--long"):
        keep = [item for item in keep if not item.get_closest_marker("long")]
    dropped = set(items) - set(keep)
    items[:] = keep
    if dropped:
        config.hook.pytest_deselected(items=sorted(dropped, key=lambda item: item.nodeid))


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"the sample: {chance.SETTING}={chance.word()}")


@pytest.fixture(scope="session")
def django_db_keepdb():
    """Tell whether the tables of this run are there already, and no migration is to be made."""
    return connection.vendor == "sqlite" and records.lay_out(
        connection.settings_dict["TEST"]["NAME"]
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb):
    """Keep the tables that the migrations of this run made."""
    if connection.vendor == "sqlite" and not django_db_keepdb:
        records.keep(connection.settings_dict["NAME"])


@pytest.fixture
def long_run(request):
    """Tell a test whether to take all of its suite or its seeded sample."""
    return bool(request.config.getoption("--long"))
