"""The same of each community: what is wrong with one keeps none of the others waiting."""

from collections.abc import Callable, Iterable


def of_each(communities: Iterable[str], act: Callable[[str], int]) -> int:
    """Act on each; return how much was done of all.

    :raises Exception: the first of what went wrong, after all had their turn, if nothing else moved
    """
    done, wrong = 0, list[Exception]()
    for one in communities:
        try:
            done += act(one)
        except Exception as error:
            wrong.append(error)
    if wrong and not done:
        raise wrong[0]
    return done
