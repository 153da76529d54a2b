"""Give a grown-up of the demo resident's family an account of his own; print his username, password and name."""

import json
import os
from datetime import timedelta
from secrets import token_urlsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
import django

django.setup()

from django.utils import timezone  # noqa: E402 - after the settings

from linli.contracts.outbox import wake  # noqa: E402
from linli.foundation.identity import operations as identity  # noqa: E402
from linli.registry.people import operations as people  # noqa: E402
from linli.registry.people.entries import PersonEntry  # noqa: E402
from linli.registry.people.models import Membership, Person  # noqa: E402

USERNAME, password = "grown-up", token_urlsafe(12)
wake.answer_with(lambda: None)
now = timezone.now()
head = Person.rows.of("hml").get(account__username="resident")
home = Membership.rows.of("hml").get(person=head)
of_age = timezone.localdate(now) - timedelta(days=19 * 366)
row = (
    Membership.rows.of("hml")
    .filter(household=home.household_id, relation="family", person__born_on__lt=of_age)
    .select_related("person")
    .first()
)
assert row is not None, "the demo's resident lives with no grown-up"
opened = identity.open_account(username=USERNAME, name=row.person.name, password=password)
identity.grant(account=opened.account, role="resident", community="hml", now=now)
people.put_many(
    community="hml",
    entries=[PersonEntry(code=row.person.code, account=opened.account)],
    today=timezone.localdate(now),
)
print(json.dumps({"username": USERNAME, "password": password, "name": row.person.name}))
