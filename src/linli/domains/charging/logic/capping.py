"""What an order of a scene or a person limits a charger to, as a current of each of its phases."""

from collections.abc import Mapping

LIMIT = "charge.limit"
UNLIMIT = "charge.unlimit"
VOLTS = 230
"""Between a phase and neutral."""


def cap_da(*, args: Mapping[str, float | str | bool], phases: str, most_da: int) -> int | None:
    """Return to how many tenths of an ampere the arguments of `charge.limit` limit a charger; None
    where they say no figure. Of several periods the least counts: never more flows than was wanted
    at any time of it.
    """
    if "current_a" in args:
        return _whole(float(args["current_a"]) * 10)
    if "power_w" in args:
        return _whole(float(args["power_w"]) / VOLTS / len(phases) * 10)
    if "power_pct" in args:
        return _whole(most_da * float(args["power_pct"]) / 100)
    return _least(str(args.get("periods", "")))


def _whole(tenths: float) -> int:
    return max(0, int(tenths + 1e-6))


def _least(periods: str) -> int | None:
    """Return the least of limits by second, as `0:32,3600:10`."""
    found: list[float] = []
    for part in periods.split(","):
        try:
            found.append(float(part.partition(":")[2]))
        except ValueError:
            return None
    return _whole(min(found) * 10)
