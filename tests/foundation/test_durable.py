import threading

import pytest

from linli.foundation import durable


class TestPut:
    def test_replaces_the_whole_file_for_its_owner_only(self, tmp_path):
        file = tmp_path / "a" / "b"
        durable.put(file=file, parts=[b"one", b" two"])

        durable.put(file=file, parts=[b"three"])

        assert file.read_bytes() == b"three"
        assert file.stat().st_mode & 0o077 == 0
        assert [one.name for one in file.parent.iterdir()] == ["b"]

    def test_leaves_what_was_there_where_it_fails(self, tmp_path):
        file = tmp_path / "b"
        durable.put(file=file, parts=[b"one"])

        def parts():
            yield b"two"
            raise OSError("full")

        with pytest.raises(OSError, match="full"):
            durable.put(file=file, parts=parts())

        assert file.read_bytes() == b"one"


class TestMake:
    def test_refuses_to_replace_a_file(self, tmp_path):
        file = tmp_path / "b"
        durable.make(file=file, body=b"one")

        with pytest.raises(FileExistsError):
            durable.make(file=file, body=b"two")

        assert file.read_bytes() == b"one"
        assert [one.name for one in tmp_path.iterdir()] == ["b"]


class TestAdd:
    @pytest.mark.parametrize("torn", [b"", b"tor", b"t" * 10_000])
    @pytest.mark.parametrize("whole", [b"", b"one\n", b"one\n" + b"w" * 9000 + b"\n"])
    def test_takes_a_torn_line_off_first(self, tmp_path, whole, torn):
        file = tmp_path / "b"
        file.write_bytes(whole + torn)

        durable.add(file=file, line=b"two")

        assert file.read_bytes() == whole + b"two\n"

    def test_makes_no_file(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            durable.add(file=tmp_path / "b", line=b"two")


class TestAlone:
    def test_keeps_others_waiting(self, tmp_path):
        told, inside = [], threading.Event()

        def other():
            inside.set()
            with durable.alone(lock=tmp_path / "lock"):
                told.append("other")

        with durable.alone(lock=tmp_path / "lock"):
            waiting = threading.Thread(target=other)
            waiting.start()
            inside.wait(5)
            told.append("first")
        waiting.join(5)

        assert told == ["first", "other"]
