"""Every refusal of the rules of a case, by name."""

from linli.kernel.fault import Fault


class UnknownStep(Fault):
    key = "cases.unknown_step"
    status = 404


class WrongState(Fault):
    key = "cases.wrong_state"


class NotYourRole(Fault):
    key = "cases.not_your_role"
    status = 403


class NotTheHandler(Fault):
    key = "cases.not_the_handler"
    status = 403


class HandlerMayNotCheck(Fault):
    key = "cases.handler_may_not_check"
    status = 403


class NotTheReporter(Fault):
    key = "cases.not_the_reporter"
    status = 403


class SamePersonFilesAndDispatches(Fault):
    key = "cases.same_person_files_and_dispatches"
    status = 403


class FieldNeeded(Fault):
    key = "cases.field_needed"
    status = 422


class RatingOutOfRange(Fault):
    key = "cases.rating_out_of_range"
    status = 422


class UntilMustBeAhead(Fault):
    key = "cases.until_must_be_ahead"
    status = 422


class TooLateToReopen(Fault):
    key = "cases.too_late_to_reopen"


class NoDelayAsked(Fault):
    key = "cases.no_delay_asked"


class DelayAlreadyAsked(Fault):
    key = "cases.delay_already_asked"


class NobodyToResume(Fault):
    key = "cases.nobody_to_resume"


class BadKind(Fault):
    key = "cases.bad_kind"
    status = 422


class NoWorkingTime(Fault):
    key = "cases.no_working_time"
    status = 422
