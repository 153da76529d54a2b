import io
import json

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from linli.app.watermark import watermark
from tests.foundation.copies.test_copies import account, rows_of, take

__all__ = ["account"]


def ask(tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    return CliRunner().invoke(watermark, [str(file)])


def workbook(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class TestWatermark:
    @pytest.mark.parametrize(
        ("name", "made"),
        [("part.xlsx", workbook),
         ("part.csv", lambda rows: "\n".join(",".join(row) for row in rows).encode()),
         ("chat.txt", lambda rows: ("他发来的：" + rows[1][1] + "\n\"").encode())],
    )  # fmt: skip
    def test_tells_who_took_it_out(self, tmp_path, account, name, made):
        taken = take(account)

        answer = ask(tmp_path, name, made(rows_of(taken)[10:13]))

        assert answer.exit_code == 0
        assert json.loads(answer.output)["username"] == "wang"

    def test_says_that_nothing_tells(self, tmp_path, account):
        take(account)

        assert ask(tmp_path, "x.csv", b"a,b\n1,2\n").exit_code == 1

    def test_a_damaged_workbook_cannot_be_read(self, tmp_path, db):
        assert ask(tmp_path, "x.xlsx", b"PK not a workbook").exit_code == 2
