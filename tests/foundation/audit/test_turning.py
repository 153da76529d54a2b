"""Another key of the anchors: what the older sealed is proven by it, and it seals no more."""

import threading

import msgspec
import pytest

from linli.foundation import durable
from linli.foundation.audit import anchor_keys, operations, turning
from linli.foundation.audit.anchors import Anchor, Anchors, Forged
from tests.foundation.audit.kit import NOW, anchors, crash_at, note, sealed, verdict, write_anew

__all__ = ["anchors"]
FIRST = Anchor(number=0, digest="0" * 64, at=100.0)


def anchor(number, *, at=100.0, **more):
    return Anchor(number=number, digest=f"{number:064x}", at=at, **more)


@pytest.fixture
def own(tmp_path):
    made = Anchors(file=tmp_path / "a.jsonl", key_file=tmp_path / "own.key", every_s=0)
    made.begin(FIRST)
    made.note(anchor(5))
    return made


def again(own):
    """Return the same anchors as another process finds them."""
    return Anchors(file=own.file, key_file=own._key_file, every_s=0)


def numbers(own):
    return [one.number for one in own.each()]


class TestTurn:
    def test_both_are_known_and_the_chain_says_from_where_the_new_one_seals(self, own, tmp_path):
        before = (tmp_path / "own.key").read_bytes()

        assert own.turn(at=200.0) == anchor(5, at=200.0)
        own.note(anchor(9))

        assert (tmp_path / "own-first.key").read_bytes() == before
        assert (tmp_path / "own.key").read_bytes() != before
        assert (tmp_path / "own.key").stat().st_mode & 0o077 == 0
        assert numbers(again(own)) == [0, 5, 5, 9]
        assert again(own).turns() == [5]
        assert again(own).newest() == anchor(9)

    def test_twice_all_three_are_known(self, own):
        own.turn(at=200.0)
        own.note(anchor(9))
        own.turn(at=300.0)
        own.note(anchor(12))

        assert numbers(again(own)) == [0, 5, 5, 9, 9, 12]
        assert own.turns() == [5, 9]

    @pytest.mark.parametrize(
        ("owner", "name", "calls"),
        [(durable, "put", 0), (durable, "put", 1), (durable, "add", 0), (durable, "put", 2),
         (anchor_keys, "put_in_place", 0)],
    )  # fmt: skip
    def test_cut_off_it_was_turned_or_it_was_not(self, own, monkeypatch, owner, name, calls):
        real, left = getattr(owner, name), [calls]

        def die(*given, **told):
            if not left[0]:
                raise OSError("the process is gone")
            left[0] -= 1
            return real(*given, **told)

        with monkeypatch.context() as patched:
            patched.setattr(owner, name, die)
            with pytest.raises(OSError, match="gone"):
                own.turn(at=200.0)

        assert numbers(again(own))[:2] == [0, 5]
        assert again(own).newest().number == 5
        again(own).note(anchor(9))
        assert numbers(again(own))[-1] == 9
        again(own).turn(at=300.0)
        again(own).note(anchor(12))
        assert again(own).newest() == anchor(12)
        assert not list(own.file.parent.glob("*-next.key"))

    def test_after_a_line_was_written_and_its_end_was_not(self, own, monkeypatch):
        def die(**_):
            raise OSError("the disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(durable, "put", die)
            with pytest.raises(OSError, match="full"):
                own.note(anchor(7))

        again(own).turn(at=200.0)

        again(own).note(anchor(9))
        assert numbers(again(own)) == [0, 5, 7, 7, 9]
        assert again(own).newest() == anchor(9)

    def test_a_key_that_is_put_in_place_while_it_is_read_is_there(self, own, monkeypatch):
        own.turn(at=200.0)
        real, missed = anchor_keys._key, []

        def key(file):
            if file != own._key_file and not missed:
                missed.append(file)
                raise FileNotFoundError(file)
            return real(file)

        monkeypatch.setattr(anchor_keys, "_key", key)

        assert again(own).newest().number == 5
        assert missed

    def test_at_once_while_others_note_and_read(self, own):
        broken = []

        def act(what):
            try:
                for _ in range(8):
                    what()
            except (Forged, OSError) as error:
                broken.append(error)

        counter = iter(range(10, 1000))
        acts = [
            lambda: again(own).note(anchor(next(counter))),
            lambda: again(own).turn(at=200.0),
            lambda: again(own).turn(at=300.0),
            lambda: numbers(again(own)),
            lambda: again(own).newest(),
        ]
        threads = [threading.Thread(target=act, args=(what,)) for what in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert broken == []
        assert len(again(own).turns()) == 16

    def test_begun_anew_it_goes_on_under_the_newest(self, own):
        own.turn(at=200.0)
        own.begin_anew(anchor(40, at=300.0))
        own.note(anchor(41))

        assert numbers(again(own)) == [40, 41]

    def test_old_lines_dropped_the_rest_is_proven(self, own):
        own.turn(at=200.0)
        for number in range(6, 40):
            own.note(anchor(number, base=5 if number < 30 else 30 if number < 36 else 35))

        own.drop_old()

        assert numbers(again(own))[-1] == 39
        assert own.turns() == []


class TestOneThatLeaked:
    """Who has the older key, and may write to the file, can unsay nothing and add nothing."""

    @pytest.fixture
    def turned(self, own, tmp_path):
        own.turn(at=200.0)
        own.note(anchor(9))
        return own

    @staticmethod
    def lines(own):
        return own.file.read_bytes().splitlines(keepends=True)

    @staticmethod
    def end(own):
        return own._key_file.with_suffix(".end")

    def forged(self, own, number, after, kind="line"):
        """Return what the older key says."""
        key = own._key_file.with_name("own-first.key").read_bytes()
        said = anchor(number)
        mac = anchor_keys.logic.seal(key=key, words=(kind, after, said))
        told = {"anchor": msgspec.to_builtins(said), "after": after, "mac": mac}
        return msgspec.json.encode(told)

    def refused(self, own):
        for asked in (own.newest, lambda: numbers(own)):
            with pytest.raises(Forged):
                asked()

    def test_cannot_add_a_line(self, turned):
        last = msgspec.json.decode(self.lines(turned)[-1])["mac"]
        with turned.file.open("ab") as out:
            out.write(self.forged(turned, 99, last) + b"\n")

        self.refused(turned)

    def test_cannot_take_back_what_the_newer_says(self, turned):
        kept = self.lines(turned)[:2]
        turned.file.write_bytes(b"".join(kept))
        after = msgspec.json.decode(kept[-1])["mac"]
        self.end(turned).write_bytes(self.forged(turned, 5, after, "end"))

        self.refused(turned)

    def test_cannot_say_anew_what_it_had_said(self, turned):
        first, _, *rest = self.lines(turned)
        after = msgspec.json.decode(first)["mac"]
        turned.file.write_bytes(b"".join([first, self.forged(turned, 4, after) + b"\n", *rest]))

        with pytest.raises(Forged, match="does not follow"):
            numbers(turned)

    def test_a_key_for_which_the_one_before_does_not_vouch_is_refused(self, turned, tmp_path):
        lines = self.lines(turned)
        told = msgspec.json.decode(lines[2])
        told["by"] = "0" * 64
        turned.file.write_bytes(
            b"".join([*lines[:2], msgspec.json.encode(told) + b"\n", *lines[3:]])
        )

        with pytest.raises(Forged):
            numbers(turned)


@pytest.mark.django_db
class TestTrail:
    def test_verify_knows_both_and_the_trail_tells_by_whom(self):
        sealed(3)

        assert turning.turn_key(account=0, now=NOW) == 3
        sealed(2)

        found = verdict()
        assert (found.ok, found.rows) == (True, 6)
        said = [line.words for line in operations.Line.objects.filter(what="audit.key")]
        assert said == ["Another key seals the anchors after line 3."]

    def test_what_was_changed_before_it_is_found_after_it(self):
        sealed(4)
        turning.turn_key(account=0, now=NOW)
        sealed(2)

        write_anew(2, what="person:999")

        assert not verdict().ok

    def test_before_anything_is_anchored_there_is_nothing_to_turn(self, anchors):
        note()

        with pytest.raises(FileNotFoundError):
            turning.turn_key(account=0, now=NOW)

    def test_cut_off_before_it_is_noted_the_anchors_say_it(self, monkeypatch, anchors):
        sealed(3)
        with crash_at(monkeypatch, operations, "note"):
            turning.turn_key(account=0, now=NOW)
        sealed(1)

        assert anchors.turns() == [3]
        assert verdict().ok
