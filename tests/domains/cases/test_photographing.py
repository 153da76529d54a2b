"""A photograph is drawn anew before anything is locked."""

import pytest
from django.db import connection

from linli.domains.cases.operations import photographing
from linli.domains.cases.queries import CaseNotFound
from linli.foundation.files import images
from tests.domains.cases.conftest import NOON
from tests.domains.cases.telling import to_state

pytestmark = pytest.mark.django_db(transaction=True)
DRAWN = images.Picture(content=b"x", content_type="image/png", width_px=1, height_px=1)


@pytest.fixture
def drawing(monkeypatch, settings, tmp_path):
    """Return for each image drawn whether the records were held up meanwhile."""
    settings.MEDIA_ROOT = tmp_path
    held = []
    monkeypatch.setattr(
        images, "cleaned", lambda content: held.append(connection.in_atomic_block) or DRAWN
    )
    return held


def attach(actor, case):
    return photographing.attach(
        actor=actor, case=case, content=b"", stage=photographing.Stage.BEFORE, now=NOON
    )


def test_holds_nobody_up_while_it_is_drawn(people, engineer, drawing):
    case = to_state(people, engineer, "handling")

    attach(people.dispatcher, case.pk)

    assert drawing == [False]


def test_draws_nothing_for_who_may_not_see_the_case(people, engineer, drawing):
    with pytest.raises(CaseNotFound):
        attach(people.dispatcher, 999_999)

    assert drawing == []
