"""Every read about talking at a door."""

from collections.abc import Sequence

from linli.contracts import visits
from linli.contracts.visits import Panel
from linli.domains.visits import logic
from linli.domains.visits.logic import CallState
from linli.domains.visits.models import Call
from linli.domains.visits.queries.calls import picture_of
from linli.domains.visits.queries.kiosk import door_opened
from linli.registry.devices import queries as devices


def talks(*, community: str, id: int, line: str) -> bool:
    """Tell whether somebody talks with a door on this line of a call: it is answered, and no other
    line took its place.
    """
    rows = Call.rows.of(community).filter(pk=id, talk_line=line, state=CallState.ANSWERED)
    return rows.exists()


def panel_of(row: Call) -> Panel | None:
    """Return through what one speaks at the door at which somebody rings; where a screen rang, at
    the door beside it. None if through nothing.
    """
    return visits.panel(row.community, door_opened(row))


def can_talk(row: Call) -> bool:
    """Tell whether there is a panel, or a sound, while a call is open."""
    if row.state not in logic.OPEN_CALLS:
        return False
    return panel_of(row) is not None or picture_of(row) not in {"", logic.TEST_PICTURE}


def speakers_at(*, community: str, models: Sequence[str], place: str) -> list[str]:
    """Return the devices of these models that stand at just this place, not below it: what is said
    at a door is said in nobody's home.
    """
    found = devices.codes_of_models(community=community, models=models, place=place)
    rows = devices.by_code(community=community, codes=found)
    return sorted(code for code, row in rows.items() if row.place.path == place)
