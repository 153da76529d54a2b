import io
import zipfile

import pytest

from linli.registry.imports import reading
from tests.registry.imports.conftest import csv, repacked, xlsx

ROWS = (["名称", "数"], ["甲", 1], ["乙", 2])


class TestSheet:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_reads_csv_however_chinese_was_written(self, encoding):
        found = reading.sheet(csv(*ROWS, encoding=encoding))

        assert found.headings == ["名称", "数"]
        assert found.rows == [(2, ["甲", "1"]), (3, ["乙", "2"])]

    @pytest.mark.parametrize("delimiter", ["\t", ";"])
    def test_reads_other_delimiters(self, delimiter):
        content = "\n".join(delimiter.join(map(str, row)) for row in ROWS).encode()

        assert reading.sheet(content).rows == [(2, ["甲", "1"]), (3, ["乙", "2"])]

    def test_reads_xlsx_and_numbers_rows_as_a_person_sees_them(self):
        found = reading.sheet(xlsx(["名称", "数"], [], ["甲", 1]))

        assert found.rows == [(3, ["甲", 1])]

    def test_passes_over_whose_copy_it_is_in_the_first_line_only(self):
        mark = ["※ hml 人员 · 导出人 王小和"]
        note = ["※ 重点", 2]

        for made in (csv, xlsx):
            found = reading.sheet(made(mark, ROWS[0], note, mark))
            assert found.headings == ROWS[0]
            assert [(n, row[0]) for n, row in found.rows] == [(3, note[0]), (4, mark[0])]

    def test_a_file_of_nothing_but_whose_copy_it_is_is_empty(self):
        with pytest.raises(reading.Empty):
            reading.sheet(csv(["※ hml 人员"]))

    def test_reads_quoted_commas_and_line_ends(self):
        found = reading.sheet('名称,注\n"甲,乙","一\n二"\n'.encode())

        assert found.rows == [(2, ["甲,乙", "一\n二"])]

    def test_refuses_more_rows_than_it_may_have(self, monkeypatch):
        monkeypatch.setattr(reading, "MOST_ROWS", 3)

        assert len(reading.sheet(csv(["a"], *[[n] for n in range(1, 4)])).rows) == 3
        with pytest.raises(reading.TooManyRows):
            reading.sheet(csv(["a"], *[[n] for n in range(1, 5)]))

    def test_takes_two_hundred_thousand_rows(self):
        content = b"a,b\n" + b"1,2\n" * 200_000

        assert len(reading.sheet(content).rows) == 200_000

    def test_refuses_a_hundred_megabytes(self):
        with pytest.raises(reading.TooLarge):
            reading.sheet(b"a" * 100 * 1024 * 1024)

    @pytest.mark.parametrize("content", [b"", b"\n\n", b",,,\n", b"\xef\xbb\xbf"])
    def test_refuses_an_empty_file(self, content):
        with pytest.raises(reading.Empty):
            reading.sheet(content)

    @pytest.mark.parametrize(
        "content",
        [
            b"PK\x03\x04 and then nothing",
            xlsx(*ROWS)[:3000],
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b'a,b\n"never closed',
        ],
    )
    def test_refuses_what_is_no_spreadsheet(self, content):
        with pytest.raises((reading.NotASheet, reading.UnknownEncoding)):
            reading.sheet(content)

    def test_refuses_a_zip_that_is_no_workbook(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as parts:
            parts.writestr("word/document.xml", "<x/>")

        with pytest.raises(reading.NotASheet):
            reading.sheet(out.getvalue())

    def test_refuses_the_old_format_and_passwords(self):
        with pytest.raises(reading.OldFormat):
            reading.sheet(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)


class TestHostile:
    def refused(self, content):
        with pytest.raises(reading.Hostile) as found:
            reading.sheet(content)
        return found.value.values["what"]

    def test_refuses_a_zip_bomb_without_unpacking_it(self):
        bomb = repacked(xlsx(*ROWS), "xl/worksheets/sheet1.xml", lambda _: b"0" * 60_000_000)

        assert len(bomb) < 200_000
        assert self.refused(bomb) == "bomb"

    def test_refuses_a_swarm_of_parts(self):
        out = io.BytesIO(xlsx(*ROWS))
        with zipfile.ZipFile(out, "a") as parts:
            for n in range(1001):
                parts.writestr(f"xl/x{n}.bin", b"")

        assert self.refused(out.getvalue()) == "bomb"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    @pytest.mark.parametrize(
        "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
    )
    def test_refuses_entities(self, part, encoding):
        laughs = (
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
        ).encode(encoding)

        assert self.refused(repacked(xlsx(*ROWS), part, lambda _: laughs)) == "entities"

    def test_entities_behind_a_long_comment_reach_no_parser_that_heeds_them(self):
        secret = (
            b'<?xml version="1.0"?><!--'
            + b"x" * 70_000
            + (b'--><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>')
        )

        with pytest.raises(reading.NotASheet):
            reading.sheet(repacked(xlsx(*ROWS), "xl/worksheets/sheet1.xml", lambda _: secret))

    def test_refuses_macros(self):
        assert self.refused(repacked(xlsx(*ROWS), "xl/vbaProject.bin", lambda _: b"x")) == "macros"

    def test_refuses_a_row_of_a_thousand_columns(self):
        assert self.refused(xlsx(list(range(1000)))) == "columns"

    def test_refuses_a_cell_as_long_as_a_book(self):
        assert self.refused(xlsx(["名称"], ["x" * 30_000])) == "cell"

    def test_a_dimension_that_lies_costs_nothing(self):
        lie = repacked(
            xlsx(*ROWS),
            "xl/worksheets/sheet1.xml",
            lambda body: body.replace(b'<dimension ref="A1:B3"', b'<dimension ref="A1:XFD1048576"'),
        )

        assert reading.sheet(lie).rows == [(2, ["甲", 1]), (3, ["乙", 2])]

    def test_a_row_number_out_of_bounds_is_refused(self):
        far = repacked(
            xlsx(*ROWS),
            "xl/worksheets/sheet1.xml",
            lambda body: body.replace(b'<row r="3"', b'<row r="900000"'),
        )

        with pytest.raises(reading.TooManyRows):
            reading.sheet(far)
