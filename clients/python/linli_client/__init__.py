"""Linli (邻里) from Python: every door of the open API, tokens, pages, and webhooks. No dependency.

linli = Linli("https://linli.example", "hml", client_id="…", client_secret="…")
for alarm in linli.pages(linli.alarms_alarms, state="open"):
    print(alarm["sentence"]["zh"])
"""

from linli_client.api import Linli
from linli_client.core import Agreeing, Refused
from linli_client.service import Service
from linli_client.webhooks import Forged, opened

__all__ = ["Agreeing", "Forged", "Linli", "Refused", "Service", "opened"]
