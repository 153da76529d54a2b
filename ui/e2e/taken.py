"""Let a webhook of a third party have been told a fact, and pause it: nobody outside is called from
here. Give the community, the subscription and the fact's id.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
import django

django.setup()

from django.utils import timezone  # noqa: E402 - after the settings

from linli.domains.openapi.models import Delivery, Subscription  # noqa: E402

community, number, fact = sys.argv[1], int(sys.argv[2]), sys.argv[3]
now = timezone.now()  # noqa: TID251 - what a test begins with is now
subscription = Subscription.rows.of(community).get(pk=number)
subscription.paused_at, subscription.reason = now, "HTTP 503"
subscription.save(update_fields=["paused_at", "reason"])
Delivery.rows.create(
    community=community,
    subscription=subscription,
    fact=fact,
    topic="AlarmOpened",
    body="{}",
    at=now,
    state="told",
    tries=1,
    next_at=now,
    done_at=now,
    status=204,
)
