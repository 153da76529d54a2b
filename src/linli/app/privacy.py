"""Who holds personal data, and what each does when a person reads, corrects or erases his own."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction

from linli.contracts import apart, privacy
from linli.contracts.privacy import Held
from linli.domains.cases import own as cases
from linli.domains.charging import own as charged
from linli.domains.charging.operations import vins as cars_that_charge
from linli.domains.doors import own as doors
from linli.domains.doors.operations import forgetting as door_records
from linli.domains.doors.operations import own as faces
from linli.domains.exchange import own as exchanged
from linli.domains.exchange.operations import authorising
from linli.domains.exchange.operations import closing as exchange
from linli.domains.feeds import own as feeds
from linli.domains.incidents import operations as incidents
from linli.domains.incidents import own as incident_notes
from linli.domains.incidents import queries as incident_notes_kept
from linli.domains.notices import own as telephones
from linli.domains.notices.operations import pushing
from linli.domains.openapi import own as third_parties
from linli.domains.parking import own as parked
from linli.domains.parking.operations import owning as parking
from linli.domains.sos import own as calls_for_help
from linli.domains.tours import own as tours
from linli.domains.visits import own as visits
from linli.domains.visits.operations import keeping
from linli.domains.wallet import own as wallets
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.consent import operations as consent
from linli.foundation.identity import own as own_account
from linli.foundation.vault import queries as vault
from linli.kernel.words import Words
from linli.registry.devices import queries as device_queries
from linli.registry.devices.models import Device
from linli.registry.people import erasing, health, holdings, wards
from linli.web import doorwords
from linli.web import own as trails

_CAME_BACK = "erased once more: he had come back with a backup"


def wire() -> None:
    """Join the desk of privacy to whoever holds something."""
    privacy.whom.answer_with(holdings.whom)
    privacy.guardians.answer_with(wards.guardians)
    privacy.ward.answer_with(wards.known)
    privacy.held.answer_with(_held)
    privacy.done.answer_with(_done)
    privacy.withdrawn.answer_with(_withdrawn)
    privacy.correct.answer_with(erasing.correct)
    privacy.obstacles.answer_with(_obstacles)
    privacy.erase.answer_with(_erase)
    apart.named.answer_with(_named)


def _named(community: str, names: Sequence[str]) -> Collection[str]:
    noted = incident_notes_kept.named(community=community, names=names)
    return noted | health.named(community=community, names=names)


def _done(community: str, lines: Sequence[str]) -> Sequence[Words]:
    told = [[*line.split(" "), "", "", ""][:3] for line in lines]
    named = device_queries.by_code(community=community, codes={code for *_, code in told if code})
    return [_with_door(f"{method} {path}", named.get(code)) for method, path, code in told]


def _with_door(door: str, named: Device | None) -> Words:
    said = doorwords.said(door) or Words(zh="代办", en="Done for you")
    if named is None:
        return said
    called = named.name
    return Words(zh=f"{said.zh}（{called.zh}）", en=f"{said.en} ({called.en})")


_BY_PERSON = (
    holdings.held,
    wallets.held,
    parked.held,
    charged.held,
    doors.held,
    exchanged.held,
    incident_notes.held,
    visits.held,
)
"""Who tells what is held on somebody by his name in the register."""
_BY_ACCOUNT = (
    cases.held,
    calls_for_help.held,
    telephones.held,
    own_account.held,
    tours.held,
    parked.at_work,
    third_parties.held,
    feeds.held,
    trails.held,
)
"""Who tells what is held on him by the account that he signs in with."""


def _held(community: str, subject: str, most: int) -> Sequence[Held]:
    account = holdings.account_of(community, subject)
    found = [one for told in _BY_PERSON for one in told(community, subject, most)]
    if account:
        found += [one for told in _BY_ACCOUNT for one in told(community, account, most)]
    return found


def _obstacles(community: str, subject: str, today: date) -> Sequence[Words]:
    account = holdings.account_of(community, subject)
    open_cases = cases.obstacles(community, account, today) if account else []
    left = [
        *wallets.obstacles(community, subject, today),
        *charged.obstacles(community, subject, today),
    ]
    return [*holdings.obstacles(community, subject, today), *left, *open_cases]


def _withdrawn(community: str, subject: str, purpose: str, now: datetime) -> None:
    erasing.withdrawn(community, subject, purpose, now)
    if purpose == faces.FACE:
        faces.face_withdrawn(community, subject, now)
    signs_in = holdings.account_of(community, subject)
    if purpose == pushing.PURPOSE and signs_in:
        pushing.forget(community=community, account=signs_in)


def erase_again(*, now: datetime) -> int:
    """Erase once more whoever was erased and came back with an older backup: his name, his home,
    his passages, his account. His row bears the name of a key that was destroyed. Return how many.
    """
    found = [
        (community, subject)
        for community, keys in vault.destroyed().items()
        for subject in holdings.under(community, keys)
    ]
    for community, subject in found:
        _erase_again(community, subject, now)
    return len(found)


@transaction.atomic
def _erase_again(community: str, subject: str, now: datetime) -> None:
    consent.forget(community=community, subject=subject, account=0, now=now)
    audit.note(
        community=community, account=0, act=Act.WRITE, what=subject, words=_CAME_BACK, now=now
    )


def _erase(community: str, subject: str, account: int, now: datetime) -> None:
    signs_in = holdings.account_of(community, subject)
    if signs_in:
        cases.erase(community, subject, signs_in, account, now)
        calls_for_help.erase(community, subject, signs_in, account, now)
        pushing.forget(community=community, account=signs_in)
    authorising.forget(community=community, subject=subject, account=account, now=now)
    exchange.forget(community=community, subject=subject, account=account, now=now)
    incidents.forget(community=community, subject=subject, account=account, now=now)
    kind, _, number = subject.partition(":")
    if kind == "person":
        keeping.erase_host(community=community, person=int(number), account=account, now=now)
        parking.erase(community=community, person=int(number))
        cars_that_charge.erase(community=community, person=int(number), account=account, now=now)
    door_records.erase(community, subject, account, now)
    erasing.erase(community, subject, account, now)
