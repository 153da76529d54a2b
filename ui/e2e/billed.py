"""Let a third party have made so many calls last month, and close the month as the scheduler does.
Give the community, the third party and the calls.
"""

import os
import sys
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
import django

django.setup()

from django.utils import timezone  # noqa: E402 - after the settings

from linli.contracts.outbox import wake  # noqa: E402
from linli.domains.openapi.models import Usage  # noqa: E402
from linli.domains.openapi.operations import billing, metering  # noqa: E402

community, party, calls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
wake.answer_with(lambda: None)
now = timezone.now()  # noqa: TID251 - what a test begins with is now
last = metering.today(now).replace(day=1) - timedelta(days=1)
Usage.rows.create(community=community, party_id=party, day=last, calls=calls, price_fen=1500)
billing.close_months(community=community, now=now + timedelta(hours=1))
