"""Rules of devices under management."""

from linli.kernel.fault import Fault

WAITING, ADMITTED, IGNORED = "waiting", "admitted", "ignored"
STATES = (WAITING, ADMITTED, IGNORED)

MOST_NEWCOMERS = 5_000
"""Newcomers that a community keeps: somebody who invents addresses must not fill the disk."""


class AlreadyAdmitted(Fault):
    key = "fleet.already_admitted"


class NewcomerNotFound(Fault):
    key = "fleet.newcomer_not_found"
    status = 404


class BadState(Fault):
    key = "fleet.bad_state"
    status = 422


def check_state(state: str) -> None:
    """Refuse a state that newcomers do not have.

    :raises BadState: if it is none
    """
    if state not in STATES:
        raise BadState(state=state[:40], known=", ".join(STATES))
