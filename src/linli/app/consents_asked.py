"""Of which communities nobody was asked yet whether staff may call for a visit: since that is taken
for a no, whoever looks for a visit sees no number there. Read by one question in SQL, with settings
of an installation or without.
"""

from collections.abc import Mapping
from pathlib import Path

from linli.app import outside_records
from linli.app.backup.marks import Databases
from linli.app.outside_records import Line

CURE = (
    "import the ledger of people with its column 走访同意 (Consent to visits) filled in, at "
    "/COMMUNITY/register/import, or record answers at the desk: docs/howto/import-the-register.md"
)
_COLUMNS = {"people_person": "phone_sealed", "consent_consent": "purpose"}
_ASKED = """SELECT p.community, count(*) FROM people_person p WHERE p.phone_sealed <> ''
AND NOT EXISTS (SELECT 1 FROM consent_consent c
WHERE c.community = p.community AND c.purpose = 'visit')
GROUP BY p.community ORDER BY p.community"""


def unasked(line: Line) -> dict[str, int]:
    """Return how many people with a number there are in each community where nobody said yes or no
    to visits.
    """
    return {str(community): int(many) for community, many in outside_records.answer(line, _ASKED)}


def looked_up(*, home: Path, databases: Databases) -> Mapping[str, int]:
    """Return the same of an installation that is not set up here; nothing where there are no
    records yet, or from before there were consents.

    :raises psycopg.Error, sqlite3.Error: if the records cannot be read
    """
    with outside_records.opened(home=home, databases=databases, columns=_COLUMNS) as line:
        return unasked(line) if line is not None else {}


def words(found: Mapping[str, int]) -> str:
    """Return it in a sentence; empty where there is nothing to say."""
    of = ", ".join(f"{community} ({many} with a number)" for community, many in found.items())
    return of and f"nobody was asked about visits in {of}: whoever looks for a visit sees no number"
