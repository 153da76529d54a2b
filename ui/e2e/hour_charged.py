"""Let a charging have begun an hour earlier and have taken so many Wh more: `hour_charged.py NUMBER WH`."""

import os
import sys
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
import django

django.setup()

from django.db import transaction  # noqa: E402 - after the settings

from linli.domains.charging import queries  # noqa: E402

number, more_wh = sys.argv[1], int(sys.argv[2])
with transaction.atomic():
    row = queries.session(community="hml", number=number, lock=True)
    (first_at, first_wh), *others = row.meter
    last_at, last_wh = others[-1] if others else (first_at + 1, first_wh)
    row.started_at -= timedelta(hours=1)
    row.meter = [[first_at - 3600, first_wh], [last_at, last_wh + more_wh]]
    row.energy_wh = last_wh + more_wh - first_wh
    row.save(update_fields=["started_at", "meter", "energy_wh"])
print(row.energy_wh)
