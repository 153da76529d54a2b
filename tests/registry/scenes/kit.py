"""Texts of scenes that a community writes, and people who let each other's pass."""

from linli.foundation.identity import operations as identity
from linli.foundation.scope.paging import NumberPage
from linli.registry.scenes import operations
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE, CO_TOML

ALL = NumberPage(limit=500)
OWN = "environment.garage_air.stuffy"
OWN_TOML = """
id = "environment.garage_air.stuffy"
name = { zh = "车库闷", en = "Garage stuffy" }
severity = "info"
source = "invented for tests"
[when]
point = "co_mg_m3"
above = 10 # a remark
[[story]]
title = "acts"
given = ["0s co 12"]
then = ["0s alarm raised"]
[[story]]
title = "does not"
given = ["0s co 4"]
then = []
"""
SHARPER = CO_TOML.replace("above = 30", "above = 40")
"""The scene of the catalogue with another limit: it starts fans, so it touches life safety."""


def people(count=3):
    """Return managers of the estate."""
    found = []
    for n in range(count):
        opened = identity.open_account(
            username=f"manager-{n}", name=f"经理{n}", password="long enough 7"
        )
        identity.grant(account=opened.account, role="manager", community="hml", place="", now=NOW)
        found.append(opened.account)
    return found


def write(by, toml=OWN_TOML, note="", now=NOW):
    return operations.write(community="hml", toml=toml, note=note, by=by, now=now)


def put(by, *, scene=OWN, stage="on", version=1, reason="夜间误报", now=NOW):
    return operations.change(
        community="hml", scene=scene, stage=stage, version=version, reason=reason, by=by, now=now
    )


def asked(by, toml=SHARPER, scene=CO_SCENE):
    """Return a change of a scene that touches life safety, waiting."""
    made = write(by, toml)
    return put(by, scene=scene, version=made.number)
