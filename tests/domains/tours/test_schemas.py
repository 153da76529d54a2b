"""What telephones tell of tours, as it is read."""

import pytest
from pydantic import ValidationError

from linli.domains.tours.schemas import TourScansIn


def told(phone_at, at="2026-06-01T14:00:00Z"):
    return {"phone_at": phone_at, "scans": [{"key": "k" * 8, "at": at, "text": "x"}]}


def test_a_clock_that_lost_its_battery_is_read():
    read = TourScansIn.model_validate(told("1970-01-01T00:00:09Z", at="1970-01-01T00:00:05Z"))

    assert (read.phone_at - read.scans[0].at).total_seconds() == 4


@pytest.mark.parametrize("at", ["3512-04-24T22:10:09Z", "0501-12-24T03:51:59Z", "2026-06-01T14:00"])
def test_a_time_that_no_telephone_tells_or_without_a_zone_is_refused(at):
    for wrong in (told(at), told("2026-06-01T14:00:00Z", at=at)):
        with pytest.raises(ValidationError):
            TourScansIn.model_validate(wrong)
