"""A device is told what to bring itself."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from linli.kernel.fault import Fault
from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import states, versions
from linli.registry.campaigns.models import Installed, Release, Target
from linli.registry.campaigns.operations import ending, tickets
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries

NOTHING_BEFORE, WRONG_MODEL = "nothing_before", "wrong_model"


def tell(*, target: Target, has: Installed | None, now: datetime) -> bool:
    """Give a device the command for what it is to have; tell whether it was given.

    A device that cannot be told has failed, by the key of the refusal. The same try is told once,
    however often it is asked for.
    """
    if not target.back and not target.before_version and has is not None:
        _remember_before(target, has)
    release = ending.wanted(target)
    if release is None:
        ending.end(target=target, state=states.FAILED, reason=NOTHING_BEFORE, now=now)
        return False
    if target.device.model != release.model:
        ending.end(target=target, state=states.FAILED, reason=WRONG_MODEL, now=now)
        return False
    target.attempt += 1
    try:
        target.command = _command(target, release, now)
    except Fault as fault:
        ending.end(target=target, state=states.FAILED, reason=fault.key, now=now)
        return False
    target.state, target.reason, target.finished_at = states.TOLD, "", None
    target.told_at = target.moved_at = now
    target.save()
    return True


def _remember_before(target: Target, has: Installed) -> None:
    release = target.campaign.release
    target.before_version = has.version
    target.before_release = queries.release_of(
        community=target.community, kind=release.kind, model=release.model, version=has.version
    )
    target.save(update_fields=["before_version", "before_release"])


def _command(target: Target, release: Release, now: datetime) -> str:
    model = device_queries.model(id=release.model)
    name, service = versions.service(model=model, kind=release.kind)
    words = _words(target, release)
    command = devices.request_command(
        community=target.community,
        device=target.device.code,
        service=name,
        args={one: words[one] for one in service.arguments if one in words},
        key=f"campaign.{target.pk}.{target.attempt}",
        by=None,
        cause=target.campaign.fact,
        now=now,
    )
    return str(command.pk)


def _words(target: Target, release: Release) -> Mapping[str, str | int]:
    """Return all that a service may ask for; it gets what its model names."""
    words: dict[str, str | int] = {"version": release.version, "sha256": release.sha256}
    if release.kind == versions.CONFIG:
        return words | {"settings": versions.canonical(release.content)}
    url = f"{settings.DEVICE_URL}/firmware/v1/{release.community}/{release.pk}"
    ticket = tickets.write(
        community=release.community, device=target.device.code, release=release.pk
    )
    return words | {"url": url, "location": f"{url}?ticket={ticket}", "size": release.size_bytes}
