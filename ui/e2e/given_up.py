"""Let a day of the demo's cashier be one whose list did not come; print the day."""

import os
from datetime import date, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
import django

django.setup()

from django.utils import timezone  # noqa: E402 - after the settings

from linli.foundation.money.models import Provider, Reconciliation  # noqa: E402

day = date(2026, 1, 5)
provider = Provider.rows.of("hml").get(code="cashier")
Reconciliation.rows.of("hml").filter(provider=provider, day=day).delete()
Reconciliation.rows.create(
    community="hml",
    provider=provider,
    day=day,
    number=f"list-cashier-{day.isoformat()}",
    tries=9,
    first_at=timezone.now() - timedelta(days=2),
    why="HTTP 500",
)
print(day.isoformat())
