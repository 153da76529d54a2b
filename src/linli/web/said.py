"""What a refusal means: the address in its `type` (RFC 9457, section 3.1.1) leads here."""

from django.http import HttpRequest
from ninja import Router, Schema

from linli.foundation.identity.guard import stranger
from linli.foundation.shapes import TwoLanguages
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.web.sentences import sentences

router = Router(tags=["problems"])


class NoSuchProblem(Fault):
    key = "web.no_such_problem"
    status = 404


class ProblemKindOut(Schema):
    """A kind of refusal; its sentence names the values that come with it in braces."""

    key: str
    sentence: TwoLanguages


@router.get("/problems/{problem}", response=ProblemKindOut, auth=stranger)
def problem(request: HttpRequest, problem: str) -> dict[str, str | Words]:
    """Say what a refusal means."""
    words = sentences().get(problem)
    if words is None:
        raise NoSuchProblem(problem=problem[:64])
    return {"key": problem, "sentence": words}
