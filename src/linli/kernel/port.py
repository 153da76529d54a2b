"""A question that one folder asks and another answers, joined only where the program is wired."""

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Unanswered(RuntimeError):
    """A question was asked before the application said who answers it."""


class Port(Generic[P, R]):
    """A named question. `app` hands it its answer once, at start."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._answer: Callable[P, R] | None = None

    def answer_with(self, answer: Callable[P, R]) -> None:
        """Let this function answer from now on."""
        self._answer = answer

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Ask.

        :raises Unanswered: if nobody has been wired to it
        """
        if self._answer is None:
            raise Unanswered(self.name)
        return self._answer(*args, **kwargs)
