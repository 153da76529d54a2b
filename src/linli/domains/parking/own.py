"""What parking holds on the owner of a car, as he may read it himself."""

from collections.abc import Sequence

from django.conf import settings

from linli.contracts.privacy import Held
from linli.domains.parking.models import PlateWish, Stay
from linli.domains.parking.queries import lots, own, wishes
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import told
from linli.kernel.words import Words

_LAST = 100


def held(community: str, subject: str) -> Sequence[Held]:
    """Return the newest stays of somebody's own cars."""
    kind, _, number = subject.partition(":")
    if kind != "person" or not number.isdecimal():
        return []
    rows = own.stays_of_owner(community=community, person=int(number))
    asked = wishes.of_person(community=community, person=int(number)).order_by("-pk")
    return [*map(_held, rows), *map(_wished, asked[:_LAST])]


def _wished(row: PlateWish) -> Held:
    fields = declared(PlateWish)
    days = settings.PLATE_DAYS
    return Held(
        kind=Words(zh="车辆申请", en="wish for a car"),
        record=f"{lots.local(row.asked_at):%m-%d %H:%M} {row.kind}",
        purposes=fields["plate"].purposes,
        kept=Words(zh=f"答复 {days} 天后删去", en=f"deleted {days} days after the answer"),
        fields=[
            told(fields[name], getattr(row, name))
            for name in ("plate", "before", "note")
            if getattr(row, name)
        ],
    )


def _held(row: Stay) -> Held:
    data, days = declared(Stay)["plate"], settings.PLATE_DAYS
    span = " – ".join(
        f"{lots.local(at):%m-%d %H:%M}" for at in (row.entered_at, row.left_at) if at is not None
    )
    return Held(
        kind=Words(zh="停车", en="parking"),
        record=f"{row.lot.name.zh} {span}",
        purposes=data.purposes,
        kept=Words(
            zh=f"离场 {days} 天后删去车牌", en=f"the plate is deleted {days} days after leaving"
        ),
        fields=[told(data, row.plate)],
    )
