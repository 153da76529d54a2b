"""Ask the resident who signs in to the demo for a sum, as a lane would; print the order's number."""

import os
import sys
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
import django

django.setup()

from django.utils import timezone  # noqa: E402 - after the settings

from linli.contracts.outbox import wake  # noqa: E402
from linli.foundation.money import operations as money  # noqa: E402
from linli.kernel.words import Words  # noqa: E402
from linli.registry.people.models import Person  # noqa: E402

about, fen = sys.argv[1], int(sys.argv[2])
wake.answer_with(lambda: None)
person = Person.rows.of("hml").get(account__username="resident")
now = timezone.now()
order = money.open_order(
    community="hml",
    kind="parking",
    about=about,
    title=Words(zh="停车费 2 小时", en="Parking, 2 hours"),
    payer=f"wallet:person:{person.pk}",
    payee="income:parking",
    fen=fen,
    expires_at=now + timedelta(hours=1),
    now=now,
)
print(order.number)
