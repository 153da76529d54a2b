"""Which days are worked."""

from datetime import date

import msgspec

from linli.kernel.port import Port


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a day is worked. `known` is false where the year's arrangement was not published
    when the calendar was made, so weekends were taken for it.
    """

    worked: bool
    known: bool = True


working_day: Port[[date], Day] = Port("calendar.working_day")
"""Answered by the working calendar of the country."""
