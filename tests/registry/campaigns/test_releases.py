"""Releases: checked at the door, kept once, never altered."""

from hashlib import sha256

import pytest

from linli.contracts.scanning import Infected, ScannerAway
from linli.foundation.files import store
from linli.registry.campaigns import operations, queries
from linli.registry.campaigns.logic import versions
from linli.registry.campaigns.logic.faults import (
    BadSettings,
    ImageTooLarge,
    ModelCannot,
    NoImage,
    VersionTaken,
    WrongDigest,
)
from linli.registry.campaigns.models import Release
from linli.registry.campaigns.operations import NewRelease
from linli.registry.devices.queries import ModelNotFound
from tests.adapters.scanner import EICAR, goes_away, virus_scanner
from tests.registry.campaigns.kit import IMAGE, MODEL, add, facts
from tests.registry.conftest import NOW

__all__ = ["virus_scanner"]
pytestmark = pytest.mark.django_db


def configure(account, settings='{"open_s": 20, "greeting": "欢迎"}', model=MODEL, version="c1"):
    return operations.add_release(
        community="hml",
        release=NewRelease(kind="config", model=model, version=version, settings=settings),
        image=None,
        by=account,
        now=NOW,
    )


class TestFirmware:
    def test_is_kept_by_its_content_and_told(self, barriers, account):
        row = add(account, sha256=sha256(IMAGE).hexdigest().upper())

        assert (row.size_bytes, row.sha256) == (len(IMAGE), sha256(IMAGE).hexdigest())
        assert store.path(row.sha256).read_bytes() == IMAGE
        assert facts("ReleaseAdded") == ["ReleaseAdded"]

    def test_is_kept_once_the_virus_scanner_has_seen_all_of_it(
        self, barriers, account, virus_scanner
    ):
        row = add(account)

        assert virus_scanner.given == [IMAGE]
        assert store.path(row.sha256).read_bytes() == IMAGE

    @pytest.mark.parametrize("is_there", [True, False])
    def test_of_what_it_finds_or_cannot_look_through_nothing_stays(
        self, barriers, account, virus_scanner, settings, is_there
    ):
        if not is_there:
            goes_away(virus_scanner)

        with pytest.raises(Infected if is_there else ScannerAway):
            add(account, image=IMAGE + EICAR)

        assert not Release.rows.of("hml").exists()
        assert facts("ReleaseAdded") == []
        assert [one for one in settings.MEDIA_ROOT.rglob("*") if one.is_file()] == []

    def test_refuses_another_image_under_the_same_version(self, release, account):
        with pytest.raises(VersionTaken):
            add(account, image=b"other")

        assert Release.rows.of("hml").count() == 1
        assert len(facts("ReleaseAdded")) == 1

    def test_the_same_image_may_be_two_versions(self, release, account):
        other = add(account, "2.0.1")

        assert other.file_id == release.file_id

    @pytest.mark.parametrize(("image", "refusal"), [(None, NoImage), (b"", NoImage)])
    def test_refuses_no_image(self, barriers, account, image, refusal):
        with pytest.raises(refusal):
            add(account, image=image)

    def test_refuses_a_wrong_digest_and_keeps_nothing(self, barriers, account, settings):
        with pytest.raises(WrongDigest):
            add(account, sha256="0" * 64)

        assert [one for one in settings.MEDIA_ROOT.rglob("*") if one.is_file()] == []

    def test_refuses_too_large_an_image_and_keeps_nothing(
        self, barriers, account, settings, monkeypatch
    ):
        monkeypatch.setattr(versions, "MOST_IMAGE_BYTES", 1024)

        with pytest.raises(ImageTooLarge):
            add(account)

        assert [one for one in settings.MEDIA_ROOT.rglob("*") if one.is_file()] == []

    def test_refuses_a_model_that_cannot_or_is_not(self, barriers, account):
        with pytest.raises(ModelCannot):
            add(account, model="garage_fan")
        with pytest.raises(ModelNotFound):
            add(account, model="no_such")


class TestConfiguration:
    def test_is_signed_by_its_settings(self, barriers, account):
        row = configure(account)

        assert row.content == {"greeting": "欢迎", "open_s": 20}
        assert row.sha256 == versions.digest(versions.canonical(row.content))

    def test_refuses_what_is_none_and_who_cannot(self, barriers, account):
        with pytest.raises(BadSettings):
            configure(account, settings="[1]")
        with pytest.raises(ModelCannot):
            configure(account, model="ev_charger")


class TestRead:
    def test_another_community_has_none(self, release, other_estate):
        rows, _ = queries.releases(community="other")

        assert rows == []
