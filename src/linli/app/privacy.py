"""Who holds personal data, and what each does when a person reads, corrects or erases his own."""

from collections.abc import Sequence
from datetime import date, datetime

from linli.contracts import privacy
from linli.contracts.privacy import Held
from linli.domains.cases import own as cases
from linli.domains.incidents import operations as incidents
from linli.domains.incidents import own as incident_notes
from linli.kernel.words import Words
from linli.registry.people import erasing, holdings


def wire() -> None:
    """Join the desk of privacy to whoever holds something."""
    privacy.whom.answer_with(holdings.whom)
    privacy.held.answer_with(_held)
    privacy.withdrawn.answer_with(erasing.withdrawn)
    privacy.correct.answer_with(erasing.correct)
    privacy.obstacles.answer_with(_obstacles)
    privacy.erase.answer_with(_erase)


def _held(community: str, subject: str) -> Sequence[Held]:
    account = holdings.account_of(community, subject)
    reported = cases.held(community, account) if account else []
    noted = incident_notes.held(community, subject)
    return [*holdings.held(community, subject), *reported, *noted]


def _obstacles(community: str, subject: str, today: date) -> Sequence[Words]:
    account = holdings.account_of(community, subject)
    open_cases = cases.obstacles(community, account, today) if account else []
    return [*holdings.obstacles(community, subject, today), *open_cases]


def _erase(community: str, subject: str, account: int, now: datetime) -> None:
    signs_in = holdings.account_of(community, subject)
    if signs_in:
        cases.erase(community, subject, signs_in, account, now)
    incidents.forget(community=community, subject=subject, account=account, now=now)
    erasing.erase(community, subject, account, now)
