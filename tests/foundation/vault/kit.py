"""Several that do something at the same moment."""

from threading import Barrier, Thread

from django.db import connections


def at_once(*acts):
    """Let all begin together, each in a thread of its own; return what broke."""
    together, broken = Barrier(len(acts)), []

    def act(what):
        together.wait()
        try:
            what()
        except Exception as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=act, args=(what,)) for what in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return broken
