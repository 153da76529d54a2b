"""One community's trouble is not another's."""

import pytest

from linli.foundation.each import of_each


def act(community):
    if community == "broken":
        raise OSError("a file is damaged")
    return len(community)


def test_all_have_their_turn_whoever_comes_first_is_broken():
    assert of_each(["broken", "hml", "hmk"], act) == 6


def test_once_nothing_else_moves_it_is_told():
    had = []

    with pytest.raises(OSError, match="damaged"):
        of_each(["broken", "hml"], lambda one: had.append(one) or act(one) * 0)

    assert had == ["broken", "hml"]
