"""Whole numbers of people stand in no address: addresses are written down on the way."""

from django.http import HttpRequest

from linli.kernel.fault import Fault

_WHOLE = ("phone", "plate", "number")


class NumberInAddress(Fault):
    """A list is asked for by a whole number, as lists were once, and would answer everything."""

    key = "identity.number_in_address"
    status = 422


def refuse_numbers(request: HttpRequest) -> None:
    """Refuse a list that is asked for by a whole number in its address; `…/search` takes it in its
    body.

    :raises NumberInAddress: if it is
    """
    said = [name for name in _WHOLE if name in request.GET]
    if said:
        raise NumberInAddress(field=said[0], address=f"{request.path}/search")
