import pytest

from linli.kernel.words import Words
from linli.scenes import bounds
from linli.scenes.faults import BadStory, StoryTooLarge
from linli.scenes.model import Story


def story(*given, then=()):
    return Story(title=Words(zh="一", en="one"), given=given, then=then)


class TestCheckOne:
    @pytest.mark.parametrize(
        "given",
        [
            ("0s co@9999999 1",),
            ("4000d nothing",),
            ("1" * 400 + "d nothing",),
            tuple(f"{at}s co 1" for at in range(601)),
        ],
        ids=["devices", "time", "endless", "entries"],
    )
    def test_refuses_what_would_take_the_machine(self, given):
        with pytest.raises(StoryTooLarge):
            bounds.check_one(story(*given))

    def test_names_an_entry_that_is_not_understood(self):
        with pytest.raises(BadStory) as told:
            bounds.check_one(story("whenever co 1"))

        assert told.value.values["found"] == "whenever co 1"

    def test_lets_a_month_pass(self):
        bounds.check_one(story("0s co 1", "33d co@4 2"))
