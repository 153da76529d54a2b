"""Put many alarms and cases into the records of a system that runs: `many.py COMMUNITY COUNT MARK`."""

import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - after the settings

from linli.domains.cases.models import Case  # noqa: E402
from linli.registry.alarms.logic import ancestors  # noqa: E402
from linli.registry.alarms.models import Alarm, AlarmPlace  # noqa: E402

SCENE = "safety.garage_air.co_over_limit"
SEVERITIES = ("critical", "major", "minor", "info")


def alarms(community: str, count: int, mark: str) -> None:
    """Open so many alarms, a minute apart, of all severities."""
    now = timezone.now()
    rows = Alarm.rows.bulk_create(
        [
            Alarm(
                community=community,
                effect=f"{mark}-{n}",
                scene=SCENE,
                place=community,
                target=f"{mark}-{n}",
                severity=SEVERITIES[n % 4],
                state="raised",
                first_at=now - timedelta(minutes=n),
                last_at=now - timedelta(minutes=n),
            )
            for n in range(count)
        ],
        batch_size=500,
    )
    places = [
        AlarmPlace(community=community, ancestor=top, alarm=row)
        for row in rows
        for top in ancestors(row.place)
    ]
    AlarmPlace.rows.bulk_create(places, batch_size=500)


def cases(community: str, count: int, mark: str) -> None:
    """Report so many cases, a minute apart."""
    now = timezone.now()
    Case.rows.bulk_create(
        [
            Case(
                community=community,
                number=f"{mark}-{n:05d}"[-16:],
                kind="facility.air",
                title=f"很多案件里的第 {n} 件",
                matter="shared",
                state="reported",
                severity="minor",
                place=community,
                created_at=now - timedelta(minutes=n),
            )
            for n in range(count)
        ],
        batch_size=500,
    )


if __name__ == "__main__":
    alarms(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    cases(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    print("done")
