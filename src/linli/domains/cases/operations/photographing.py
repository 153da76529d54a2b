"""Photographs of a case."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from linli.domains.cases import queries
from linli.domains.cases.logic import steps
from linli.domains.cases.logic.refusals import WrongState
from linli.domains.cases.models import Case, Photo
from linli.foundation.files import images
from linli.foundation.files import operations as files
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault

MOST_PHOTOS = 20


class TooManyPhotos(Fault):
    key = "cases.too_many_photos"


class Stage(StrEnum):
    """What a photograph shows: the trouble, the work, the result, the check."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    CHECK = "check"


def attach(*, actor: Actor, case: int, content: bytes, stage: Stage, now: datetime) -> Photo:
    """Add a photograph to a case that is not over; the same one of the same stage is one. It is
    drawn anew before the transaction, which would hold up every other writer meanwhile.

    :raises CaseNotFound: if there is none, or it is not for his eyes
    :raises WrongState: if the case is over
    :raises TooManyPhotos: if it has as many as a case may have
    :raises images.FileTooLarge, images.ImageTooLarge, images.NotAnImage: if it cannot be kept
    :raises scanning.Infected, scanning.ScannerAway: if a virus was found, or nobody could look
    """
    _room_for_one(actor, case, lock=False)
    return _attached(actor, case, images.cleaned(content), stage, now)


def _room_for_one(actor: Actor, case: int, *, lock: bool) -> Case:
    row = queries.case(actor=actor, id=case, lock=lock)
    state = queries.standing(row).state
    if state in steps.OVER:
        raise WrongState(
            step="photo", state=state, step_zh="添加照片", state_zh=steps.STATES[state].zh
        )
    if len(queries.photos(community=actor.community, case=case)) >= MOST_PHOTOS:
        raise TooManyPhotos(most=MOST_PHOTOS)
    return row


@transaction.atomic
def _attached(
    actor: Actor, case: int, picture: images.Picture, stage: Stage, now: datetime
) -> Photo:
    row = _room_for_one(actor, case, lock=True)
    kept = files.keep(community=actor.community, picture=picture, kind="photo", now=now)
    photo, _ = Photo.rows.of(actor.community).get_or_create(
        community=actor.community,
        case=row,
        file_id=kept.id,
        stage=stage,
        defaults={"by_id": actor.account, "at": now},
    )
    return photo
