"""`./linli audit` from the terminal."""

import json

import pytest
from click.testing import CliRunner

from linli.app.audit import audit
from linli.foundation.audit.models import Line
from tests.foundation.audit.kit import TABLE, anchors, force, sealed

__all__ = ["anchors"]
pytestmark = pytest.mark.django_db


def run(*words):
    return CliRunner().invoke(audit, words)


class TestVerify:
    def test_ends_with_0_where_it_is_whole(self):
        sealed(3)

        said = run("verify")

        assert said.exit_code == 0
        assert json.loads(said.output) == {
            "ok": True, "rows": 3, "first_bad": None, "unsealed": 0, "anchored": 3, "why": "",
        }  # fmt: skip

    def test_ends_with_1_and_the_line_where_it_is_not(self):
        sealed(3)
        force(f"UPDATE {TABLE} SET what = 'person:9' WHERE number = 2")

        said = run("verify")

        assert (said.exit_code, json.loads(said.output)["first_bad"]) == (1, 2)

    @pytest.mark.parametrize("byte", [b"\xff", "é".encode()])
    def test_ends_with_1_where_an_anchor_is_damaged(self, anchors, byte):
        sealed(3)
        body = anchors.file.read_bytes()
        at = body.index(b'"mac":"') + 7
        anchors.file.write_bytes(body[:at] + byte + body[at + len(byte) :])

        said = run("verify")

        assert (said.exit_code, json.loads(said.output)["ok"]) == (1, False)

    def test_ends_with_2_where_the_key_is_gone(self, tmp_path):
        sealed(3)
        (tmp_path / "audit.key").unlink()

        said = run("verify")

        assert (said.exit_code, json.loads(said.output)["ok"]) == (2, False)


class TestAccept:
    def test_lets_verify_end_with_0_again(self, tmp_path):
        sealed(3)
        (tmp_path / "audit.key").unlink()

        said = run("accept", "--reason", "the disk with the key is gone")

        assert said.exit_code == 0
        assert run("verify").exit_code == 0
        assert Line.objects.filter(what="audit.accepted").count() == 1

    def test_wants_a_reason(self):
        assert run("accept").exit_code == 2

    def test_says_why_not(self):
        sealed(3)
        force(f"DELETE FROM {TABLE} WHERE number = 1")

        said = run("accept", "--reason", "all is well")

        assert said.exit_code == 1
        assert "before line 2" in said.output
