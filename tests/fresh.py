"""Whether a session has shown a factor lately: who signs in has, and so has whom a test lets in."""

from time import time

from django.test import Client

from linli.foundation.identity.logic import SHIFT_LASTS, SHOWN_LASTS
from linli.foundation.identity.sessions import SHOWN


def let_who_is_let_in_be_fresh():
    """Make `force_login` what it stands for: a sign-in, at which a factor is shown."""
    let_in = Client.force_login

    def force_login(self, user, backend=None):
        let_in(self, user, backend)
        _remember(self, time())

    Client.force_login = force_login


def fresh(client):
    """Let a client have shown a factor just now; return it."""
    return _remember(client, time())


def stale(client, *, shift=False):
    """Let so much time go by that a client must show a factor again; `shift`: the whole of one.
    Return it.
    """
    lasts = SHIFT_LASTS if shift else SHOWN_LASTS
    return _remember(client, time() - lasts.total_seconds())


def _remember(client, at):
    session = client.session
    session[SHOWN] = at
    session.save()
    return client
