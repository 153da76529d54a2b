import io
import zipfile

import pytest
from openpyxl import Workbook

from tests.registry.people.conftest import lived_in, no_devices

__all__ = ["lived_in", "no_devices"]

HEAD = ["房屋", "关系", "姓名", "人员编号", "电话", "身份证号", "起始日期", "特殊群体", "群体来源"]


def csv(*rows, encoding="utf-8"):
    return "\r\n".join(",".join(map(str, row)) for row in rows).encode(encoding)


def xlsx(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content, name, change):
    """Return a workbook with one part changed, or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            body = old.read(part)
            new.writestr(part, change(body) if part == name else body)
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return out.getvalue()


@pytest.fixture
def people_rows():
    return [
        HEAD,
        ["hml/b03/u1/f01/101", "业主", "钱大", "q1", "13811110001", "", "2020-01-01", "", ""],
        ["hml/b03/u1/f01/101", "家属", "钱小", "q2", "", "", "2020-01-01", "", ""],
        [
            "hml/b03/u1/f01/102",
            "租户",
            "吴多",
            "",
            "13811110002",
            "",
            "2024-05-01",
            "残疾人、党员",
            "街道",
        ],
    ]
