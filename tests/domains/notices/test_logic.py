from datetime import datetime

import pytest

from linli.domains.notices import logic


@pytest.mark.parametrize(
    ("at", "urgent", "speakers", "why"),
    [
        ("21:59", False, 1, ""),
        ("22:00", False, 1, "night"),
        ("23:30", False, 1, "night"),
        ("00:00", False, 1, "night"),
        ("05:59", False, 1, "night"),
        ("06:00", False, 1, ""),
        ("03:00", True, 1, ""),
        ("03:00", True, 0, "no_speaker"),
        ("12:00", False, 0, "no_speaker"),
    ],
)
def test_words_are_spoken_by_day_or_in_an_emergency(at, urgent, speakers, why):
    local = datetime.fromisoformat(f"2026-06-01 {at}")

    assert logic.blocked(urgent=urgent, local=local, speakers=speakers) == why


def test_every_reason_has_its_words_in_both_languages():
    assert set(logic.BLOCKED) == {"night", "late", "no_speaker"}
    assert all(words.zh and words.en for words in logic.BLOCKED.values())
