"""docs/security/asvs.md leaves out no item, and names only tests and pages that there are."""

import re
from collections import Counter

from tests.laws.source import ROOT

PAGE = ROOT / "docs" / "security" / "asvs.md"
ITEMS = {
    1: [2, 9, 11, 3, 2], 2: [3, 3, 4, 1], 3: [0, 2, 4, 6, 5, 0, 2], 4: [3, 1, 2, 4],
    5: [1, 3, 2, 3], 6: [3, 12, 4, 4, 5, 3, 0, 4], 7: [3, 4, 2, 5, 2, 2], 8: [2, 3, 1, 1],
    9: [3, 4], 10: [2, 2, 4, 11, 5, 2, 3], 11: [2, 3, 3, 4, 1, 1], 12: [3, 2, 4],
    13: [1, 5, 2, 5], 14: [2, 4, 3], 15: [3, 3, 7], 16: [1, 5, 4, 3, 3], 17: [1, 4, 2],
}  # fmt: skip
"""How many items of levels 1 and 2 each section of ASVS 5.0.0 has: 0 where all are of level 3."""

_ROW = re.compile(
    r"^\| (\d+)\.(\d+)\.(\d+)(?:–\d+\.\d+\.(\d+))? \| ([^|]+) \|([^|]*)\|([^|]*)\|$", re.M
)
_SUMMARY = re.compile(r": (\d+) hold, (\d+) in part, (\d+) do(?:es)? not, (\d+) do not concern us")
_CHAPTER = re.compile(r"^\| V(\d+) [^|]+ \| ([^|]+?) \|", re.M)
_LINK = re.compile(r"\]\(([^)#]+)\)")


def rows():
    """Return (items, verdict, words, tests) of each row."""
    for chapter, section, first, last, verdict, words, tests in _ROW.findall(
        PAGE.read_text("utf-8")
    ):
        numbers = range(int(first), int(last or first) + 1)
        items = [(int(chapter), int(section), number) for number in numbers]
        yield items, verdict.strip(), words, tests


def test_every_item_is_there_once_and_no_other():
    wanted = [
        (chapter, section, number)
        for chapter, sections in ITEMS.items()
        for section, count in enumerate(sections, 1)
        for number in range(1, count + 1)
    ]

    assert [item for items, *_ in rows() for item in items] == wanted
    assert len(wanted) == 253


def test_says_one_of_four_things_what_is_missing_and_what_shows_it():
    said = {verdict for _, verdict, _, _ in rows()}
    silent = [
        items for items, verdict, words, _ in rows()
        if verdict == "does not hold" and "**Missing:**" not in words
    ]  # fmt: skip

    bare = [
        items for items, verdict, words, tests in rows()
        if verdict == "holds" and not tests.strip() and not _LINK.search(words)
    ]  # fmt: skip

    assert {"holds", "–"} < said <= {"holds", "in part", "does not hold", "–"}
    assert silent == bare == []


def test_the_summary_counts_what_the_rows_say():
    counts = Counter()
    for items, verdict, _, _ in rows():
        counts[verdict] += len(items)

    [said] = _SUMMARY.findall(PAGE.read_text("utf-8"))

    told = dict(zip(("holds", "in part", "does not hold", "–"), map(int, said), strict=True))
    assert Counter(told) == counts


def test_a_chapter_holds_only_where_all_of_its_items_do():
    less = {
        items[0][0] for items, verdict, _, _ in rows() if verdict in {"in part", "does not hold"}
    }

    said = _CHAPTER.findall(PAGE.read_text("utf-8"))

    assert len(said) == len(ITEMS)
    assert [number for number, verdict in said if verdict == "holds" and int(number) in less] == []


def test_every_test_and_page_that_is_named_is_there():
    named = _LINK.findall(PAGE.read_text("utf-8"))

    gone = [link for link in named if not (PAGE.parent / link).is_file()]

    assert gone == []
    assert len(named) > 150
