"""Notes that lay with the records move apart without loss, and back."""

import pytest

from linli.contracts import directory
from linli.domains.incidents.migrations import _move
from linli.foundation.apart import operations
from linli.foundation.apart.models import Kept
from linli.foundation.identity.models import Account
from linli.foundation.vault import operations as vault
from linli.foundation.vault import queries as keys
from linli.foundation.vault import sealed
from linli.foundation.vault.models import DataKey
from tests.past import NEWEST as LAST
from tests.past import migrate, standing
from tests.registry.conftest import NOW

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "apart"]),
    pytest.mark.once,
]
BEFORE = ("incidents", "0002_a_key_for_each_person")
NEWEST = ("incidents", "0005_no_note_lies_here")
INCIDENT, OWN, GONE = "a" * 32, "b" * 32, "c" * 32
TEXTS = {"": "在 3 号楼", OWN: "需要胰岛素", GONE: "已抹除的人"}


@pytest.fixture
def before(settings, tmp_path, monkeypatch):
    """An emergency with three notes as they lay until now; the key of one was destroyed."""
    settings.KEYS, settings.APART_KEYS = tmp_path / "keys", tmp_path / "apart"
    keys.forget()
    monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml"])
    with standing(tmp_path, BEFORE, ("identity", LAST), ("vault", LAST), ("audit", LAST)) as apps:
        by = Account.objects.create(username="zhou", name="周工").pk
        incident = apps.get_model("incidents", "Incident").rows.create(
            community="hml", title="内涝", keep_days=30, vault_key=INCIDENT, opened_by_id=by,
            opened_at=NOW,
        )  # fmt: skip
        found = vault.grow(
            community="hml", use="emergency", subjects=[INCIDENT, OWN, GONE], today=NOW.date()
        )
        for name, text in TEXTS.items():
            bound = f"hml|IncidentNote|text|{name or INCIDENT}"
            apps.get_model("incidents", "IncidentNote").rows.create(
                community="hml", incident=incident, vault_key=name, by_id=by, at=NOW,
                text_sealed=sealed.sealed_text(
                    key=found[name or INCIDENT], value=text, bound=bound
                ),
            )  # fmt: skip
        vault.destroy(community="hml", subject=GONE, account=0, words="erased", now=NOW)
        yield


def notes(apps):
    return list(apps.get_model("incidents", "IncidentNote").rows.order_by("pk"))


def under(store):
    return {key.subject for key in DataKey.rows.using(store).of("hml")}


def opened_there(found):
    told = keys.data_keys(community="hml", use="emergency", subjects=[INCIDENT, OWN])
    for note in found:
        name = note.vault_key or INCIDENT
        bound = f"hml|IncidentNote|text|{name}"
        yield sealed.logic.unseal(key=told[name], sealed=note.text_sealed, bound=bound).decode()


def test_they_move_apart_and_back_and_what_was_destroyed_stays_so(before):
    apps = migrate(NEWEST)

    first, second, third = notes(apps)
    told = operations.open_own(
        community="hml", tokens=[first.token, second.token], purpose="emergency"
    )
    assert [told[first.token], told[second.token], third.token] == ["在 3 号楼", "需要胰岛素", ""]
    assert (under("default"), under("apart")) == (set(), {INCIDENT, OWN})
    keys.forget()

    apps = migrate(BEFORE)

    first, second, third = notes(apps)
    assert list(opened_there([first, second])) == ["在 3 号楼", "需要胰岛素"]
    assert third.text_sealed == ""
    assert (under("default"), under("apart")) == ({INCIDENT, OWN}, set())
    assert not Kept.rows.of("hml").exists()
    assert [one.subject for one in keys.master().destroyed()] == [GONE]


def test_cut_off_it_is_done_again_and_what_was_left_is_named_by_nothing(before, monkeypatch):
    def cut(**_):
        raise RuntimeError("no power")

    with monkeypatch.context() as broken:
        broken.setattr(_move.vault, "discard", cut)
        with pytest.raises(RuntimeError, match="power"):
            migrate(NEWEST)
    assert Kept.rows.of("hml").count() == 2

    apps = migrate(NEWEST)

    named = {note.token for note in notes(apps)} - {""}
    assert len(named) == 2
    assert Kept.rows.of("hml").exclude(token__in=named).count() == 2
