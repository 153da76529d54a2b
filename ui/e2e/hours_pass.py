"""Let a car that is in have come so many hours earlier, as if they had gone by."""

import os
import sys
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
import django

django.setup()

from linli.domains.parking.models import Stay  # noqa: E402 - after the settings

plate, hours = sys.argv[1], int(sys.argv[2])
stay = Stay.rows.of("hml").get(plate=plate, state="inside")
stay.entered_at -= timedelta(hours=hours)
stay.save(update_fields=["entered_at"])
print(stay.pk)
