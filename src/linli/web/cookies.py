"""What the cookies are called: by TLS so that a browser takes them from this very host alone."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_ONLY_OURS = "__Host-"
"""A browser keeps a cookie of such a name only if this host itself set it, by TLS, for all of its
paths: no neighbour under the same domain can put one of his own in its place (RFC 6265bis, 4.1.3).
"""


def only_ours(name: str, *, tls: bool) -> str:
    """Return the name of a cookie. Without TLS browsers would refuse the prefix: it stays plain."""
    return f"{_ONLY_OURS}{name}" if tls else name


class Leftover:
    """Middleware: where there is no TLS any more, take back the token that was given by it. Pages
    would show that one, which they look for first, and be refused.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and take it back where there is one."""
        response = self._get_response(request)
        plain = settings.CSRF_COOKIE_NAME
        if not plain.startswith(_ONLY_OURS) and f"{_ONLY_OURS}{plain}" in request.COOKIES:
            response.delete_cookie(f"{_ONLY_OURS}{plain}")
        return response
