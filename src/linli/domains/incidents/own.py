"""What incidents hold on somebody, as he may read it himself."""

from collections.abc import Sequence

from linli.contracts.privacy import Held, HeldField
from linli.domains.incidents import queries
from linli.foundation.apart import operations as apart
from linli.foundation.privacy.classes import Grade
from linli.kernel.words import Words, alike

_NAME = Words(zh="应急时记下的", en="written down in an emergency")


def held(community: str, subject: str, most: int) -> Sequence[Held]:
    """Return what was written down about somebody, the newest, `most` at most."""
    notes = queries.notes_about(community=community, subject=subject, most=most)
    tokens, texts = [note.token for note in notes], dict[str, str]()
    for start in range(0, len(tokens), apart.MOST_AT_ONCE):
        part = tokens[start : start + apart.MOST_AT_ONCE]
        texts |= apart.open_own(community=community, tokens=part, purpose=queries.USE)
    return [
        Held(
            kind=Words(zh="应急记录", en="emergency"),
            record=alike(note.incident.title),
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
                    value=alike(one.text),
                )
            ],
        )
        for note, one in zip(notes, queries.written(notes=notes, texts=texts), strict=True)
    ]
