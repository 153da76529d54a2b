"""Rows out of a file that somebody sent: xlsx or csv, and nothing that only looks like it."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice

import msgspec

from linli.foundation.copies.logic import BANNER
from linli.kernel.fault import Fault

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED_BYTES = 300 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 60
LONGEST_CELL = 20_000
_MOST_PARTS = 1000
_DENSEST = 100
"""How many times larger than its zipped self a part may be."""
_DENSE_FROM_BYTES = 1024 * 1024
_HEAD_BYTES = 64 * 1024

Value = str | int | float | bool | date | datetime | time | None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The first row's words, and the rows after it with their numbers as a person counts them; the
    first line, where it says whose copy it is, is none of them.
    """

    headings: list[str]
    rows: list[tuple[int, list[Value]]]


class TooLarge(Fault):
    key = "imports.too_large"
    status = 413


class TooManyRows(Fault):
    key = "imports.too_many_rows"
    status = 422


class NotASheet(Fault):
    """It is neither xlsx nor csv, or is damaged."""

    key = "imports.not_a_sheet"
    status = 422


class OldFormat(Fault):
    key = "imports.old_format"
    status = 422


class Hostile(Fault):
    """It has what no honest spreadsheet of ours has: `what` says what."""

    key = "imports.hostile"
    status = 422


class UnknownEncoding(Fault):
    key = "imports.unknown_encoding"
    status = 422


class Empty(Fault):
    key = "imports.empty"
    status = 422


def sheet(content: bytes) -> Sheet:
    """Return the rows of a file; what it is, its bytes say, not its name.

    :raises TooLarge, TooManyRows, NotASheet, OldFormat, Hostile, UnknownEncoding, Empty: see there
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(megabytes=MOST_BYTES // 1024 // 1024)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise OldFormat
    rows = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    numbered = ((n, row) for n, row in enumerate(rows, 1) if any(v not in {None, ""} for v in row))
    head = next(numbered, None)
    if head is not None and str(head[1][0]).startswith(BANNER):
        head = next(numbered, None)
    if head is None:
        raise Empty
    found = list(islice(numbered, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    return Sheet(headings=[str(v or "") for v in head[1]], rows=found)


def _csv(content: bytes) -> Iterator[list[Value]]:
    text = _decoded(content)
    if "\0" in text:
        raise NotASheet
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield _bounded([cell.strip() for cell in row])
    except csv.Error as error:
        raise NotASheet from error


def _decoded(content: bytes) -> str:
    """UTF-8, else UTF-16 that says so, else GB 18030, as Chinese spreadsheets write it."""
    tries = ["utf-8-sig", "gb18030"]
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        tries = ["utf-16"]
    for encoding in tries:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnknownEncoding


def _xlsx(content: bytes) -> Iterator[list[Value]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - 13 MB, for files alone

    _inspect(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            page = book.worksheets[0]
            page.reset_dimensions()
            for number, row in enumerate(page.iter_rows(values_only=True), 1):
                if number > 2 * MOST_ROWS:
                    raise TooManyRows(most=MOST_ROWS)
                yield _bounded([_plain(value) for value in row[: MOST_COLUMNS + 1]])
        finally:
            book.close()
    except Fault:
        raise
    except Exception as error:  # a damaged workbook fails in a hundred ways
        raise NotASheet from error


def _bounded(row: list[Value]) -> list[Value]:
    while row and row[-1] in {None, ""}:
        row.pop()
    if len(row) > MOST_COLUMNS:
        raise Hostile(what="columns")
    for value in row:
        if isinstance(value, str) and len(value) > LONGEST_CELL:
            raise Hostile(what="cell")
    return row


def _plain(value: object) -> Value:
    if isinstance(value, str):
        return value.strip()
    if value is None or isinstance(value, bool | int | float | date | time):
        return value
    return "=" + type(value).__name__


def _inspect(content: bytes) -> None:
    """Look at a workbook's parts before anything is unpacked or understood.

    :raises Hostile: bombs, macros, and documents that define entities of their own
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            infos = parts.infolist()
            _refuse_bombs(infos)
            names = {info.filename for info in infos}
            if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
                raise NotASheet
            if any(name.endswith("vbaProject.bin") for name in names):
                raise Hostile(what="macros")
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    _refuse_doctype(parts, info)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotASheet from error


def _refuse_bombs(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > _MOST_PARTS or sum(i.file_size for i in infos) > MOST_UNPACKED_BYTES:
        raise Hostile(what="bomb")
    for info in infos:
        dense = info.file_size > _DENSEST * max(1, info.compress_size)
        if info.file_size > _DENSE_FROM_BYTES and dense:
            raise Hostile(what="bomb")


def _refuse_doctype(parts: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """A document type stands before the first element; no honest part of a workbook has one."""
    with parts.open(info) as part:
        head = part.read(_HEAD_BYTES).replace(b"\0", b"").upper()
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise Hostile(what="entities")
