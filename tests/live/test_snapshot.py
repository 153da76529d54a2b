import msgspec
import pytest

from linli.live import snapshot as snapshots
from linli.live.underway import Ledger


def snapshot(**more):
    fields = {
        "sequence": 7, "effects": 3, "at": 1.0, "scenes": b"s", "values": (b"", b"", b"", b""),
        "ledger": Ledger(), **more,
    }  # fmt: skip
    return snapshots.Snapshot(**fields)


class TestRead:
    def test_gives_back_what_was_written(self, tmp_path):
        snapshots.write(home=tmp_path, community="hml", body=snapshots.encode(snapshot()))

        assert snapshots.read(home=tmp_path, community="hml") == snapshot()
        assert snapshots.position(home=tmp_path, community="hml") == 7

    @pytest.mark.parametrize(
        "body", [b"", b"junk", msgspec.msgpack.encode(snapshot())[:-3],
                 msgspec.msgpack.encode(snapshot(version=99))]
    )  # fmt: skip
    def test_puts_aside_what_it_cannot_read_and_begins_anew(self, tmp_path, body):
        target = snapshots.path(home=tmp_path, community="hml")
        target.parent.mkdir(parents=True)
        target.write_bytes(body)

        found = snapshots.read(home=tmp_path, community="hml")

        assert found is None
        assert not target.exists()
        assert target.with_suffix(".unreadable").read_bytes() == body
