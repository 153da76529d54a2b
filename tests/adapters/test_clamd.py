"""The virus scanner, against a peer on a real socket that speaks its protocol, or does not."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from linli.adapters import clamd
from linli.app import settings as ours
from linli.contracts.scanning import Infected, ScannerAway
from tests.adapters.scanner import EICAR, FOUND, scanning

PIECES = [b"one ", b"", b"two ", b"x" * 200_000]


@pytest.fixture
def peer():
    with scanning() as found:
        yield found


def scanner(peer, **more):
    return clamd.Scanner(url=peer.url, **({"longest_s": 5.0} | more))


def looked_through(peer, pieces=PIECES, **more):
    return list(scanner(peer, **more).scanned(pieces))


class TestScanned:
    def test_passes_on_what_is_clean_and_all_of_it_was_seen(self, peer):
        passed = looked_through(peer)

        assert b"".join(passed) == b"".join(PIECES)
        assert peer.given == [b"".join(PIECES)]

    @pytest.mark.parametrize("pieces", [[], [b""]])
    def test_looks_at_nothing_too(self, peer, pieces):
        assert looked_through(peer, pieces) == []
        assert peer.given == [b""]

    def test_a_socket_of_this_machine_does_as_well(self):
        with TemporaryDirectory() as folder, scanning(Path(folder) / "clamd.sock") as peer:
            assert b"".join(looked_through(peer)) == b"".join(PIECES)

    def test_says_what_was_found_though_it_came_in_two_pieces(self, peer):
        with pytest.raises(Infected) as refused:
            looked_through(peer, [b"before ", EICAR[:30], EICAR[30:], b" behind"])

        assert refused.value.values == {"found": FOUND}

    @pytest.mark.parametrize(
        "answer",
        [
            b"INSTREAM size limit exceeded. ERROR\0",
            b"stream: Can't allocate memory ERROR\0",
            b"UNKNOWN COMMAND\0",
            b"stream: OK",  # cut off before its end
            b"stream: O",
            b"",
            b"\0",
            b"stream: OK\0stream: Other FOUND\0",
            b"stream: OK\n\0",
            b"stream: not OK\0",
            b"stream:  FOUND\0",
            b"stream: a\nb FOUND\0",
            b"other: OK\0",
            b"x" * 10_000,
            b"\xff\xfe\0",
        ],
    )
    def test_takes_no_unclear_answer_for_a_clean_file(self, peer, answer):
        peer.says = lambda content: answer

        with pytest.raises(ScannerAway):
            looked_through(peer)

    def test_waits_no_longer_than_it_may_for_a_silent_one(self, peer):
        peer.says = lambda content: None

        with pytest.raises(ScannerAway) as refused:
            looked_through(peer, longest_s=0.2)

        assert isinstance(refused.value.__cause__, TimeoutError)

    def test_ends_where_nobody_listens(self, peer):
        there = scanner(peer)
        gone = clamd.Scanner(url="clamd://127.0.0.1:1", longest_s=1.0)

        assert list(there.scanned([b"a"])) == [b"a"]
        with pytest.raises(ScannerAway):
            list(gone.scanned([b"a"]))

    def test_what_goes_wrong_with_the_file_itself_is_not_the_scanners(self, peer):
        def pieces():
            yield b"a"
            raise OSError("the upload is cut off")

        with pytest.raises(OSError, match="cut off"):
            looked_through(peer, pieces())

    def test_one_that_was_away_is_left_alone_for_a_while(self, peer):
        peer.says = lambda content: None
        rests, tries_again = (
            scanner(peer, longest_s=0.1, rests_s=60.0), scanner(peer, longest_s=0.1)
        )  # fmt: skip

        for one in (rests, rests, rests, tries_again, tries_again):
            with pytest.raises(ScannerAway):
                list(one.scanned([b"a"]))

        assert len(peer.given) == 3

    def test_one_that_answers_oddly_is_asked_for_the_next_file(self, peer):
        asked = scanner(peer, rests_s=60.0)
        peer.says = lambda content: b"stream: ERROR\0"
        with pytest.raises(ScannerAway):
            list(asked.scanned([b"a"]))
        peer.says = lambda content: b"stream: OK\0"

        assert list(asked.scanned([b"b"])) == [b"b"]

    def test_every_way_out_gives_the_turn_back(self, peer, monkeypatch):
        monkeypatch.setattr(clamd, "_CONNECT_S", 0.2)
        asked = scanner(peer)

        for _ in range(6):
            with pytest.raises(Infected):
                list(asked.scanned([EICAR]))
            begun = asked.scanned([b"a", b"b"])
            next(begun)
            begun.close()

        assert list(asked.scanned([b"a"])) == [b"a"]

    def test_no_more_than_four_hold_a_thread_at_once(self, peer, monkeypatch):
        monkeypatch.setattr(clamd, "_CONNECT_S", 0.2)
        asked = scanner(peer)
        begun = [asked.scanned([b"a"]) for _ in range(4)]
        with ThreadPoolExecutor(1) as threads:
            # the peer serves one after another: lines are open all the same
            for one in begun:
                next(one)

            with pytest.raises(ScannerAway):
                threads.submit(lambda: list(asked.scanned([b"a"]))).result(5)

            for one in begun:
                one.close()
            assert threads.submit(lambda: list(asked.scanned([b"a"]))).result(5) == [b"a"]


class TestPing:
    def test_tells_that_it_is_there(self, peer):
        scanner(peer).ping()

    @pytest.mark.parametrize("answer", [b"PANG\0", b"", None])
    def test_and_that_it_is_not(self, peer, answer):
        peer.says = lambda content: answer

        with pytest.raises((OSError, clamd.Odd)):
            scanner(peer, longest_s=0.2).ping()


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:3310", "clamd://127.0.0.1", "clamd://:3310", "clamd://127.0.0.1:0",
     "clamd://127.0.0.1:port", "clamd://127.0.0.1:3310/path", "clamd+unix://host/path",
     "clamd+unix:", "http://127.0.0.1:3310", "clamd://192.168.1.9:3310", "clamd://scanner:3310"],
)  # fmt: skip
def test_an_address_that_is_none_or_not_of_this_machine_starts_nothing(url, monkeypatch):
    monkeypatch.setenv("LINLI_SCANNER", url)

    with pytest.raises(SystemExit, match="LINLI_SCANNER"):
        ours._scanner()
