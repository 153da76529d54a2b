import pytest

from linli.kernel.period import BadPeriod, said, seconds, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10s", 10),
        ("5m", 300),
        ("1h30m", 5400),
        ("1d", 86400),
        ("250ms", 0.25),
        ("1.5h", 5400),
        ("0s", 0),
    ],
)
def test_seconds(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "10", "s", "10 s", "-5s", "5w", "1h 5m", "5mm", "1e3s"])
def test_what_is_no_span_is_refused_by_name(text):
    with pytest.raises(BadPeriod) as refused:
        seconds(text)

    assert refused.value.values == {"text": text}


@pytest.mark.parametrize("text", ["10s", "5m", "1h30m", "1d", "250ms", "0s", "2d3h4m5s6ms"])
def test_words_are_read_back_as_the_same_span(text):
    assert words(seconds(text)) == text


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [("10s", "10 秒", "10 s"), ("1m30s", "1 分钟 30 秒", "1 min 30 s"), ("0s", "0 秒", "0 s")],
)
def test_a_span_is_said_in_both_languages(text, zh, en):
    assert (said(seconds(text)).zh, said(seconds(text)).en) == (zh, en)
