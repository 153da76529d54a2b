"""What incidents hold on somebody, as he may read it himself."""

from collections.abc import Sequence

from linli.contracts.privacy import Held, HeldField
from linli.domains.incidents import queries
from linli.domains.incidents.models import IncidentNote
from linli.foundation.privacy.classes import declared
from linli.kernel.words import Words


def held(community: str, subject: str) -> Sequence[Held]:
    """Return what was written down about somebody."""
    datum = declared(IncidentNote)["text_sealed"]
    rows = queries.notes_about(community=community, subject=subject)
    return [
        Held(
            kind=Words(zh="应急记录", en="emergency"),
            record=row.incident.title,
            purposes=datum.purposes,
            kept=Words(
                zh=f"应急结束后 {row.incident.keep_days} 天销毁",
                en=f"destroyed {row.incident.keep_days} days after the emergency",
            ),
            fields=[
                HeldField(
                    field="text",
                    name=datum.name,
                    grade=datum.grade,
                    purposes=datum.purposes,
                    value=Words(zh=note.text, en=note.text),
                )
            ],
        )
        for row, note in zip(rows, queries.written(community=community, notes=rows), strict=True)
    ]
