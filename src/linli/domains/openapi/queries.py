"""Every read of third parties, their tokens and what they did."""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256

from django.db.models import Count, F, Min, Q, Sum, Window
from django.db.models.functions import RowNumber

from linli.contracts.openapi import Bearing
from linli.domains.openapi.models import (
    Agreement,
    Code,
    Deed,
    Delivery,
    EntryKind,
    PartyState,
    Statement,
    StatementEntry,
    Subscription,
    ThirdParty,
    Token,
    Usage,
)
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import NumberPage, by_number
from linli.kernel.fault import Fault


class PartyNotFound(Fault):
    key = "openapi.party_not_found"
    status = 404


class SubscriptionNotFound(Fault):
    key = "openapi.subscription_not_found"
    status = 404


class DeliveryNotFound(Fault):
    key = "openapi.delivery_not_found"
    status = 404


class StatementNotFound(Fault):
    key = "openapi.statement_not_found"
    status = 404


class AgreementNotFound(Fault):
    key = "openapi.agreement_not_found"
    status = 404


OWN_WEBHOOKS = "webhooks.write"
OWN_TERMS = "parties.own"
_ANYWHERE = "a secret of ours says itself in whose community it is"


def digest(secret: str) -> str:
    """Return under which a secret of ours is found: each is 256 bits at random, so this will do."""
    return sha256(secret.encode()).hexdigest()


def bearing(*, token: str, now: datetime) -> Bearing | None:
    """Return who stands behind an access token; None if it is none, has run out, was withdrawn, or
    its third party may do nothing now.
    """
    row = (
        Token.rows.across(_ANYWHERE)
        .select_related("party__account", "agreement__account")
        .filter(access=digest(token), access_until__gt=now, ended_at=None)
        .first()
    )
    if row is None or row.party.state != PartyState.ALLOWED or row.party.account_id is None:
        return None
    if row.agreement is not None and row.agreement.withdrawn_at is not None:
        return None
    return Bearing(
        party=row.party_id,
        name=row.party.name,
        community=row.community,
        account=row.agreement.account_id if row.agreement else row.party.account_id,
        scopes=_scopes(row),
        agreed=row.agreement is not None,
    )


def _scopes(row: Token) -> frozenset[str]:
    """Return what a token leaves; a third party for itself may also say where it is called, and
    read its own terms.
    """
    left = frozenset(row.scopes) & frozenset(row.party.scopes)
    return left if row.agreement_id else left | {OWN_WEBHOOKS, OWN_TERMS}


def party(*, community: str, id: int, lock: bool = False) -> ThirdParty:
    """Return a third party of a community.

    :raises PartyNotFound: if there is none
    """
    rows = ThirdParty.rows.of(community)
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(pk=id).first()
    if row is None:
        raise PartyNotFound(party=id)
    return row


def client(*, client: str, lock: bool = False) -> ThirdParty | None:
    """Return the third party of this name in OAuth, of whichever community."""
    rows = ThirdParty.rows.across(_ANYWHERE)
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.filter(client=client).first()


def secrets(*, party: ThirdParty, now: datetime) -> list[str]:
    """Return the digests of the secrets that are valid: its own, and for a while the one before."""
    former = party.former_until is not None and now < party.former_until
    return [party.secret, *([party.former] if former else [])]


def of_account(*, community: str, account: int) -> ThirdParty:
    """Return the third party that acts by this account.

    :raises PartyNotFound: if there is none: whoever asks is a person
    """
    row = ThirdParty.rows.of(community).filter(account=account).first()
    if row is None:
        raise PartyNotFound(party=0)
    return row


def parties(*, community: str, state: str, cursor: int, limit: int) -> list[ThirdParty]:
    """Return third parties, the newest first."""
    rows = ThirdParty.rows.of(community).select_related("reviewed_by", "decided_by")
    if state:
        rows = rows.filter(state=state)
    if cursor:
        rows = rows.filter(pk__lt=cursor)
    return list(rows.order_by("-pk")[:limit])


def allowed(*, community: str, wanted: NumberPage) -> tuple[list[ThirdParty], int | None]:
    """Return a page of the third parties that work here now, the newest first, and the cursor after
    it.
    """
    return by_number(ThirdParty.rows.of(community).filter(state=PartyState.ALLOWED), wanted=wanted)


def many(*, community: str, state: str, since: datetime | None) -> int:
    """Return how many third parties stand so, of those that registered since then."""
    rows = ThirdParty.rows.of(community).filter(state=state)
    return (rows.filter(registered_at__gt=since) if since else rows).count()


def agreements(*, community: str, account: int) -> dict[int, Agreement]:
    """Return the standing agreements of somebody, by third party."""
    rows = Agreement.rows.of(community).filter(account=account, withdrawn_at=None)
    return {row.party_id: row for row in rows}


def agreed(*, community: str, party: int) -> int:
    """Return how many people have an agreement with it now."""
    return Agreement.rows.of(community).filter(party=party, withdrawn_at=None).count()


def agreed_to(*, community: str, party: int, scope: str, accounts: Sequence[int]) -> frozenset[int]:
    """Return those of these accounts that allow a third party this scope now; none where it was not
    given it itself.
    """
    rows = Agreement.rows.of(community).filter(
        party=party, account__in=list(accounts), withdrawn_at=None, party__state=PartyState.ALLOWED
    )
    found = rows.select_related("party")
    return frozenset(
        row.account_id for row in found if scope in row.scopes and scope in row.party.scopes
    )


def standing(*, party: ThirdParty, account: int) -> Agreement | None:
    """Return the agreement of somebody with a third party, if there is one now."""
    rows = Agreement.rows.of(party.community).select_for_update(of=("self",))
    return rows.filter(party=party, account=account, withdrawn_at=None).first()


def code(*, code: str, party: ThirdParty, now: datetime) -> Code | None:
    """Return an authorization code that may still be used, or was used already; locked."""
    rows = Code.rows.of(party.community).select_for_update(of=("self",))
    found = rows.select_related("agreement__account").filter(
        code=digest(code), party=party, until__gt=now
    )
    return found.first()


def token_of_refresh(*, refresh: str) -> Token | None:
    """Return the row of a refresh token, ended or not; locked."""
    rows = Token.rows.across(_ANYWHERE).select_related("party", "agreement__account")
    return rows.select_for_update(of=("self",)).filter(refresh=digest(refresh)).first()


def token(*, either: str) -> Token | None:
    """Return the row of an access token or a refresh token."""
    mark = digest(either)
    rows = Token.rows.across(_ANYWHERE).select_related("party")
    return rows.filter(Q(access=mark) | Q(refresh=mark)).first()


def subscription(*, party: ThirdParty, id: int, lock: bool = False) -> Subscription:
    """Return a subscription of a third party.

    :raises SubscriptionNotFound: if it has no such
    """
    rows = Subscription.rows.of(party.community)
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(party=party, pk=id).first()
    if row is None:
        raise SubscriptionNotFound(subscription=id)
    return row


def subscriptions(*, party: ThirdParty) -> list[Subscription]:
    """Return the subscriptions of a third party, the oldest first."""
    waits = Count("deliveries", filter=Q(deliveries__state="waiting"))
    rows = Subscription.rows.of(party.community).filter(party=party)
    return list(rows.annotate(waiting=waits).order_by("pk"))


def listeners(*, community: str, topic: str) -> list[Subscription]:
    """Return the subscriptions of third parties allowed here that ask for a topic."""
    rows = Subscription.rows.of(community).select_related("party")
    found = rows.filter(party__state=PartyState.ALLOWED).order_by("pk")
    return [row for row in found if topic in row.topics]


def deliveries(
    *, subscription: Subscription, state: str, cursor: int, limit: int
) -> list[Delivery]:
    """Return what was or is to be told to a subscription, the newest first."""
    rows = Delivery.rows.of(subscription.community).filter(subscription=subscription)
    if state:
        rows = rows.filter(state=state)
    if cursor:
        rows = rows.filter(pk__lt=cursor)
    return list(rows.order_by("-pk")[:limit])


def delivery(*, subscription: Subscription, id: int) -> Delivery:
    """Return one of them.

    :raises DeliveryNotFound: if there is no such
    """
    rows = Delivery.rows.of(subscription.community).filter(subscription=subscription, pk=id)
    row = rows.first()
    if row is None:
        raise DeliveryNotFound(delivery=id)
    return row


def due(*, now: datetime, most: int, busy: Sequence[int]) -> list[Delivery]:
    """Return the first that waits of each subscription that is called now and not `busy`, if its
    time has come.
    """
    rows = Delivery.rows.across("the sender calls for all communities")
    waiting = rows.filter(
        state="waiting",
        subscription__paused_at=None,
        subscription__party__state=PartyState.ALLOWED,
    ).exclude(subscription__in=list(busy))
    heads = waiting.order_by().values("subscription").annotate(head=Min("pk")).values("head")
    found = rows.select_related("subscription__party").filter(pk__in=heads, next_at__lte=now)
    return list(found.order_by("pk")[:most])


def usage(*, party: ThirdParty, since: date) -> list[Usage]:
    """Return what it used day by day, the last day first."""
    rows = Usage.rows.of(party.community).filter(party=party, day__gte=since)
    return list(rows.order_by("-day"))


def own_deeds(*, parties: Sequence[ThirdParty], account: int, limit: int) -> dict[int, list[Deed]]:
    """Return what third parties changed in somebody's name, by their numbers: of each the newest,
    so many at most.
    """
    found: dict[int, list[Deed]] = {}
    if not parties:
        return found
    rows = Deed.rows.of(parties[0].community).filter(party__in=parties, account=account)
    last = Window(RowNumber(), partition_by=F("party"), order_by=F("pk").desc())
    newest = rows.annotate(last=last).filter(last__lte=limit).select_related("account")
    for row in newest.order_by("-pk"):
        found.setdefault(row.party_id, []).append(row)
    return found


def deeds(*, party: ThirdParty, account: int | None, limit: int) -> list[Deed]:
    """Return what it changed, the newest first; with `account`, only in that one's name."""
    rows = Deed.rows.of(party.community).filter(party=party).select_related("account")
    if account is not None:
        rows = rows.filter(account=account)
    return list(rows.order_by("-pk")[:limit])


def unbilled(*, community: str, before: date) -> list[int]:
    """Return the third parties that called before a day, for which no statement stands."""
    rows = _billable(community, before)
    return list(rows.order_by("party").values_list("party", flat=True).distinct())


def use_unbilled(*, community: str, party: int, before: date) -> list[Usage]:
    """Return the days before a day whose calls stand in no statement, locked."""
    rows = _billable(community, before).filter(party=party)
    return list(rows.select_for_update(of=("self",)).order_by("day"))


def _billable(community: str, before: date) -> ScopedRows[Usage]:
    """Return the days with calls that are still to be billed; one without a price never is."""
    rows = Usage.rows.of(community).filter(statement=None, day__lt=before, calls__gt=0)
    return rows.exclude(price_fen=None)


def statement(*, community: str, id: int, lock: bool = False) -> Statement:
    """Return a statement of a community.

    :raises StatementNotFound: if there is none
    """
    rows = Statement.rows.of(community).select_related("party")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(pk=id).first()
    if row is None:
        raise StatementNotFound(statement=id)
    return row


def statements(
    *, community: str, party: int | None, month: str, wanted: NumberPage
) -> tuple[list[Statement], int | None]:
    """Return a page of statements, the newest first, and the cursor after it: of one third party or
    all, of one month or all.
    """
    rows = Statement.rows.of(community).select_related("party")
    if party is not None:
        rows = rows.filter(party=party)
    if month:
        rows = rows.filter(month=month)
    return by_number(rows, wanted=wanted)


def entries(*, community: str, statements: Sequence[Statement]) -> dict[int, list[StatementEntry]]:
    """Return what was put right in statements and paid of them, by statement, the oldest first."""
    found: dict[int, list[StatementEntry]] = {row.pk: [] for row in statements}
    rows = StatementEntry.rows.of(community).filter(statement__in=list(found))
    for entry in rows.select_related("by").order_by("pk"):
        found[entry.statement_id].append(entry)
    return found


def due_of(*, statement: Statement) -> int:
    """Return what is due of a statement, in fen; below zero is what is to be paid back."""
    rows = StatementEntry.rows.of(statement.community).filter(statement=statement)
    return int(statement.fen + (rows.aggregate(fen=Sum("fen"))["fen"] or 0))


def paid_back(*, community: str, since: datetime) -> int:
    """Return how many fen third parties were paid back since a time."""
    rows = StatementEntry.rows.of(community).filter(kind=EntryKind.PAYMENT, fen__gt=0)
    return int(rows.filter(at__gte=since).aggregate(fen=Sum("fen"))["fen"] or 0)


def put_right_by(*, statement: Statement, account: int) -> bool:
    """Tell whether somebody has put a statement right."""
    rows = StatementEntry.rows.of(statement.community).filter(statement=statement, by=account)
    return rows.filter(kind=EntryKind.CORRECTION).exists()


def receipt_used(*, community: str, receipt: str) -> bool:
    """Tell whether a payment stands under the number of a receipt."""
    return StatementEntry.rows.of(community).filter(receipt=receipt).exists()
