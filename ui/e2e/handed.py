"""Open an account whose password must be changed, and print it: `handed.py USERNAME COMMUNITY`."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - after the settings

from linli.contracts import outbox  # noqa: E402
from linli.foundation.identity import operations as identity  # noqa: E402

if __name__ == "__main__":
    outbox.wake.answer_with(lambda: None)
    opened = identity.open_account(username=sys.argv[1], name="新来的")
    identity.grant(account=opened.account, role="guard", community=sys.argv[2], now=timezone.now())
    print(opened.password)
