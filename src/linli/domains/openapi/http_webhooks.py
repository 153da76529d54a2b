"""Webhooks over HTTP: a third party says where it is called, and sees what it was told."""

from typing import Any

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.domains.openapi import pages, schemas
from linli.domains.openapi.operations import subscribing
from linli.domains.openapi.queries import OWN_WEBHOOKS
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.scope.paging import A_NUMBER

router = Router(tags=["webhooks"])
_OWN = may(OWN_WEBHOOKS)


class DeliveriesIn(Schema):
    state: str = ""
    cursor: str = Field("", pattern=A_NUMBER)
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/webhooks", response=schemas.WebhooksOut, auth=_OWN)
def webhooks(request: Visit, community: str) -> Any:
    """List where the third party that asks is called."""
    return {"items": pages.own_webhooks(actor=request.auth)}


@router.post("/{community}/webhooks", response={201: schemas.SubscribedOut}, auth=_OWN)
def subscribe(request: Visit, community: str, body: schemas.WebhookIn) -> Any:
    """Be called at an address when facts of these topics happen."""
    made = subscribing.subscribe(
        actor=request.auth, url=body.url, topics=body.topics, now=timezone.now()
    )
    return Status(201, made)


@router.delete("/{community}/webhooks/{int:webhook}", response={204: None}, auth=_OWN)
def unsubscribe(request: Visit, community: str, webhook: int) -> Status[None]:
    """Be called there no more; what waits is dropped."""
    subscribing.unsubscribe(actor=request.auth, subscription=webhook)
    return Status(204, None)


@router.post("/{community}/webhooks/{int:webhook}/resume", response=schemas.WebhookOut, auth=_OWN)
def resume(request: Visit, community: str, webhook: int) -> Any:
    """Be called there again after a pause, first with what failed last."""
    return subscribing.resume(actor=request.auth, subscription=webhook, now=timezone.now())


@router.get(
    "/{community}/webhooks/{int:webhook}/deliveries", response=schemas.DeliveriesOut, auth=_OWN
)
def deliveries(request: Visit, community: str, webhook: int, wanted: Query[DeliveriesIn]) -> Any:
    """List what was told there, or waits, the newest first."""
    return pages.deliveries(actor=request.auth, subscription=webhook, **wanted.dict())


@router.post(
    "/{community}/webhooks/{int:webhook}/deliveries/{int:delivery}/replay",
    response=schemas.DeliveryOut,
    auth=_OWN,
)
def replay(request: Visit, community: str, webhook: int, delivery: int) -> Any:
    """Be told something once more."""
    return subscribing.replay(
        actor=request.auth, subscription=webhook, delivery=delivery, now=timezone.now()
    )


@router.get(
    "/{community}/third-parties/{int:party}/webhooks/{int:webhook}/deliveries",
    response=schemas.DeliveriesOut,
    auth=may_everywhere("parties.read"),
)
def deliveries_of(
    request: Visit, community: str, party: int, webhook: int, wanted: Query[DeliveriesIn]
) -> Any:
    """List what a third party was told at an address of its own, or waits, the newest first."""
    return pages.deliveries(actor=request.auth, party=party, subscription=webhook, **wanted.dict())


@router.post(
    "/{community}/third-parties/{int:party}/webhooks/{int:webhook}/deliveries/{int:delivery}/replay",
    response=schemas.DeliveryOut,
    auth=may_everywhere("parties.write"),
)
def replay_for(request: Visit, community: str, party: int, webhook: int, delivery: int) -> Any:
    """Tell a third party something once more."""
    return subscribing.replay(
        actor=request.auth,
        party=party,
        subscription=webhook,
        delivery=delivery,
        now=timezone.now(),
    )


@router.post(
    "/{community}/third-parties/{int:party}/webhooks/{int:webhook}/resume",
    response=schemas.WebhookOut,
    auth=may_everywhere("parties.write"),
)
def resume_for(request: Visit, community: str, party: int, webhook: int) -> Any:
    """Let a third party be called again after a pause."""
    return subscribing.resume(
        actor=request.auth, party=party, subscription=webhook, now=timezone.now()
    )
