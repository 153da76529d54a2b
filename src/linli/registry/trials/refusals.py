"""What trials on recorded history refuse."""

from linli.kernel.fault import Fault


class BackTestNotFound(Fault):
    key = "trials.backtest_not_found"
    status = 404


class BackTestEnded(Fault):
    """It is done, has failed, or was cancelled."""

    key = "trials.backtest_ended"


class BadSpanOfDays(Fault):
    """A back-test looks back over one day at least, and as far as verdicts count."""

    key = "trials.bad_days"
    status = 422


class TooManyWait(Fault):
    key = "trials.too_many_wait"
    status = 429


class Interrupted(Fault):
    """It was begun as often as may be, and each time something ended it half-way."""

    key = "trials.interrupted"


class TookTooLong(Fault):
    key = "trials.took_too_long"


class Broke(Fault):
    key = "trials.broke"


class NothingRecorded(Fault):
    """No history was kept of what the scene looks at, or it looks at nothing here."""

    key = "trials.nothing_recorded"


class LosesRight(Fault):
    """A calmer limit would have missed alarms that people called right."""

    key = "trials.loses_right"


class ProposalNotFound(Fault):
    key = "trials.proposal_not_found"
    status = 404


class ProposalDecided(Fault):
    """Somebody has accepted or dismissed it, or the scene has changed since."""

    key = "trials.proposal_decided"
