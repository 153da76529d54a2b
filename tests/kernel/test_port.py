import pytest

from linli.kernel.port import Port, Unanswered


class TestPort:
    def test_asks_whoever_was_wired_last(self):
        port = Port("tests.sum")
        port.answer_with(lambda a, b: a + b)

        assert port(2, b=3) == 5

    def test_names_itself_when_nobody_was_wired(self):
        with pytest.raises(Unanswered, match=r"tests\.nobody"):
            Port("tests.nobody")()
