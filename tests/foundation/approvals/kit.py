"""Two persons, and somebody who carries out what they agree on."""

from linli.contracts import approvals as contract
from linli.foundation.approvals import operations
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries
from linli.kernel.words import Words
from tests.foundation.identity.kit import NOW, PASSWORD

REQUEST = {"place": "hml/b03", "text": "停水"}


def actor(username, role, *, community="hml", place=""):
    number = identity.open_account(username=username, name=username, password=PASSWORD).account
    identity.grant(account=number, role=role, community=community, place=place, now=NOW)
    return queries.actor_of(account=number, community=community, now=NOW)


def ask(by, *, request=REQUEST, now=NOW, kind=contract.MASS_MESSAGE, about="broadcast:hml"):
    return operations.ask(
        kind=kind,
        community=by.community,
        about=about,
        words=Words(zh="群发：停水", en="tell all: no water"),
        request=request,
        by=by.account,
        reason="管道维修",
        now=now,
    )


def decide(by, row, *, approve=True, reason="可以", now=NOW, digest=None):
    digest = row.digest if digest is None else digest
    return operations.decide(
        actor=by, id=row.pk, approve=approve, digest=digest, reason=reason, now=now
    )
