"""Barriers of an invented estate, releases for them, and time that goes on."""

from datetime import time, timedelta

import pytest

from linli.contracts.effects import CommandAcknowledged, CommandFailed, SoftwareTold
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.campaigns import operations
from linli.registry.campaigns.logic.planning import Stage
from linli.registry.campaigns.models import Campaign, Target
from linli.registry.campaigns.operations import NewRelease, Plan
from linli.registry.devices import operations as device_operations
from linli.registry.devices.models import Command, Device
from tests.registry.conftest import NOW
from tests.registry.devices.kit import new

MODEL = "parking_barrier"
NOON = time(12)
ALL = (Stage(share_pct=100.0, most_failures=100),)
IMAGE = b"\x7fELF" + bytes(range(256)) * 40


def enter(codes, *, model=MODEL, place="hml/p1", online=True, **more):
    device_operations.register_many(
        community="hml", devices=[new(code, model, place, **more) for code in codes], now=NOW
    )
    Device.rows.of("hml").filter(code__in=codes).update(
        online=online, online_since=NOW - timedelta(days=3)
    )


@pytest.fixture
def barriers(estate, answers):
    """Ten barriers, on line."""
    codes = [f"bar-{n:02}" for n in range(10)]
    enter(codes)
    return codes


def add(account, version="2.0.0", *, model=MODEL, image=IMAGE, **more):
    return operations.add_release(
        community="hml",
        release=NewRelease(kind="firmware", model=model, version=version, **more),
        image=None if image is None else [image],
        by=account,
        now=NOW,
    )


@pytest.fixture
def release(barriers, account):
    return add(account)


def plan(release, **more):
    said = {"stages": ALL, "proof": "ack", "at_once": 50} | more
    return Plan(release=release.pk, name=Words(zh="升级道闸", en="Upgrade barriers"), **said)


def drafted(account, release, **more):
    return operations.draft(
        community="hml", plan=plan(release, **more), key="", by=account, now=NOW
    )


def started(account, release, *, devices=10, at_s=0.0, **more):
    row = drafted(account, release, **more)
    return operations.start(community="hml", id=row.pk, devices=devices, by=account, now=when(at_s))


def when(at_s):
    return NOW + timedelta(seconds=at_s)


def advance(at_s=0.0, hour=NOON):
    """Let the worker do all that is to be done at a moment."""
    done = 0
    while more := operations.advance(community="hml", hour=hour, now=when(at_s)):
        done += more
    return done


def states(campaign):
    """Return how many devices are in each state."""
    found = {}
    for state in Target.rows.of("hml").filter(campaign=campaign).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def flying(campaign):
    rows = Target.rows.of("hml").filter(
        campaign=campaign, state__in=("told", "downloading", "installing")
    )
    return list(rows.select_related("device").order_by("position"))


def answer(target, *, ok=True, at_s=1.0, reason="no_space"):
    """Let the device answer the command that it was given last."""
    said = {"id": f"{target.command}.a", "at": when(at_s).timestamp(), "community": "hml",
            "cause": target.command, "command": target.command}  # fmt: skip
    effect = CommandAcknowledged(**said) if ok else CommandFailed(**said, reason=reason)
    device_operations.commands_told(effects=[effect])


def answer_all(campaign, *, ok=True, at_s=1.0):
    for target in flying(campaign):
        answer(target, ok=ok, at_s=at_s)


def told(device, *, at_s=1.0, community="hml", **what):
    """Let a device tell of its software."""
    effect = SoftwareTold(
        id=f"{device}.{at_s}.{what}"[:60], at=when(at_s).timestamp(), community=community,
        cause="", device=device, **what,
    )  # fmt: skip
    operations.software_told(effects=[effect])


def again(campaign):
    return Campaign.rows.of("hml").select_related("release", "place").get(pk=campaign.pk)


def commands():
    return list(Command.rows.of("hml").order_by("issued_at", "device"))


def facts(*topics):
    rows = Outgoing.objects.order_by("id").values_list("topic", flat=True)
    return [topic for topic in rows if not topics or topic in topics]
