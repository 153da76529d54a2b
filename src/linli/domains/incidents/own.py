"""What incidents hold on somebody, as he may read it himself."""

from collections.abc import Sequence

from linli.contracts.privacy import Held, HeldField
from linli.domains.incidents import queries
from linli.foundation.apart import operations as apart
from linli.foundation.privacy.classes import Grade
from linli.kernel.words import Words

_NAME = Words(zh="应急时记下的", en="written down in an emergency")


def held(community: str, subject: str) -> Sequence[Held]:
    """Return what was written down about somebody."""
    notes = queries.notes_about(community=community, subject=subject)
    tokens = [note.token for note in notes]
    texts = apart.open_own(community=community, tokens=tokens, purpose=queries.USE)
    return [
        Held(
            kind=Words(zh="应急记录", en="emergency"),
            record=note.incident.title,
            purposes=(queries.USE,),
            kept=Words(
                zh=f"另库存放，应急结束后 {note.incident.keep_days} 天销毁",
                en=f"apart; destroyed {note.incident.keep_days} days after the emergency",
            ),
            fields=[
                HeldField(
                    field="text",
                    name=_NAME,
                    grade=Grade.HIGHLY_SENSITIVE,
                    purposes=(queries.USE,),
                    value=Words(zh=one.text, en=one.text),
                )
            ],
        )
        for note, one in zip(notes, queries.written(notes=notes, texts=texts), strict=True)
    ]
