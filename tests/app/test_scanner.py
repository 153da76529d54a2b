"""The virus scanner that a setting names is asked, and the doctor says whether it answers."""

import time

import pytest

from linli.app import wiring
from linli.contracts.scanning import Infected, ScannerAway, look_through, scanned
from tests.adapters.scanner import EICAR, scanning
from tests.app.doctored import doctor_says, home

__all__ = ["home"]


def test_that_it_answers(home, monkeypatch):
    with scanning() as peer:
        monkeypatch.setenv("LINLI_SCANNER", peer.url)

        assert doctor_says("virus scanner") == "ok  virus scanner: answers"


@pytest.mark.parametrize("url", ["clamd://127.0.0.1:1", "clamd+unix:///nowhere", "no address"])
def test_that_it_does_not_and_that_no_file_is_taken(home, monkeypatch, url):
    monkeypatch.setenv("LINLI_SCANNER", url)

    said = doctor_says("virus scanner")

    assert said.startswith("BAD virus scanner")
    assert "LINLI_SCANNER" in said


def test_that_none_is_named(home, monkeypatch):
    monkeypatch.delenv("LINLI_SCANNER", raising=False)

    assert doctor_says("virus scanner").startswith("ok  virus scanner: none is named")


@pytest.fixture
def named(settings, monkeypatch):
    """A scanner named by the setting, in a process that asked nobody before."""
    monkeypatch.setattr(scanned, "_answer", scanned._answer)
    with scanning() as peer:
        settings.SCANNER = peer.url
        yield peer


@pytest.mark.parametrize("brief", [False, True])
def test_it_is_asked_by_each_process(named, brief):
    wiring._wire_scanner(brief=brief)

    look_through(b"clean")

    with pytest.raises(Infected):
        look_through(EICAR)
    assert named.given == [b"clean", EICAR]


def test_the_worker_waits_for_it_but_a_moment_and_then_leaves_it_alone(named, monkeypatch):
    monkeypatch.setattr(wiring, "BRIEFLY_S", 0.1)
    named.says = lambda content: None
    wiring._wire_scanner(brief=True)

    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(ScannerAway):
            look_through(b"a picture")

    assert len(named.given) == 1
    assert time.monotonic() - began < 5


def test_where_none_is_named_nobody_is_asked(named, settings):
    settings.SCANNER = ""
    before = scanned._answer

    wiring._wire_scanner()

    assert scanned._answer is before
