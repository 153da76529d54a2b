"""What can be wrong with a scene: each says the file, the key, and what to do."""

from linli.kernel.fault import Fault
from linli.kernel.table import Mistake


class WrongBoard(Mistake):
    key = "scenes.wrong_board"


class WrongId(Mistake):
    key = "scenes.wrong_id"


class UnknownPoint(Mistake):
    key = "scenes.unknown_point"


class UnknownEvent(Mistake):
    key = "scenes.unknown_event"


class UnknownService(Mistake):
    key = "scenes.unknown_service"


class UnknownActuator(Mistake):
    key = "scenes.unknown_actuator"


class UnknownArgument(Mistake):
    key = "scenes.unknown_argument"


class UnknownValue(Mistake):
    key = "scenes.unknown_value"


class LimitOutOfRange(Mistake):
    key = "scenes.limit_out_of_range"


class NoCondition(Mistake):
    key = "scenes.no_condition"


class OneLimit(Mistake):
    """A point condition has no limit, or more than one."""

    key = "scenes.one_limit"


class BadTime(Mistake):
    key = "scenes.bad_time"


class OneEffect(Mistake):
    """A step names no effect, or more than one."""

    key = "scenes.one_effect"


class NothingToDo(Mistake):
    key = "scenes.nothing_to_do"


class NoInverse(Mistake):
    key = "scenes.no_inverse"


class OnlyInClear(Mistake):
    key = "scenes.only_in_clear"


class NeedsClear(Mistake):
    """An event may begin it, but nothing says when it ends."""

    key = "scenes.needs_clear"


class NoHysteresis(Mistake):
    key = "scenes.no_hysteresis"


class MissingStories(Mistake):
    key = "scenes.missing_stories"


class BadStory(Mistake):
    key = "scenes.bad_story"


class StoryTooLarge(Mistake):
    """It would take more memory or time to run than a story is worth."""

    key = "scenes.story_too_large"


class StoriesTakeTooMuch(Mistake):
    """The stories of a text together make the engine do more than stories are worth."""

    key = "scenes.stories_take_too_much"


class StoryFailed(Mistake):
    key = "scenes.story_failed"


class TextTooLong(Mistake):
    """`most` in kilobytes."""

    key = "scenes.text_too_long"


class TextTooMuch(Mistake):
    """More of something, or deeper, longer or briefer, than a scene may have."""

    key = "scenes.text_too_much"


class DoubleId(Mistake):
    key = "scenes.double_id"


class TooManyFirings(Fault):
    """A back-test found more than anybody could look at, or memory hold."""

    key = "scenes.too_many_firings"
    status = 422


class UnknownSnapshot(Fault):
    key = "scenes.unknown_snapshot"


class BadSnapshot(Fault):
    key = "scenes.bad_snapshot"


class UnknownScene(Fault):
    key = "scenes.unknown_scene"
    status = 404
