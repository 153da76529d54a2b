"""From which pages a live line may be opened: our own.

A browser opens a WebSocket for any page, and bears its cookies; what it says of the page stands in
`Origin` (RFC 6455, 10.2). A ticket is wanted beside: this is looked at first.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def is_ours(*, headers: Mapping[str, str], by_tls: bool) -> bool:
    """Tell whether a line is opened by a page of the host that it asks for, which is a name of
    ours, or by one that `LINLI_ORIGINS` names. A program says no origin: its ticket must do. By TLS
    a page that came without it is another's.
    """
    origin = headers.get("origin")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        page = urlsplit(origin)
    except ValueError:
        return False
    host = headers.get("host", "").lower()
    same = page.scheme in _SCHEMES[by_tls] and page.netloc.lower() == host
    return same and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


_SCHEMES = {True: {"https"}, False: {"http", "https"}}
"""Where the line itself is in the clear, a proxy before us may have ended the TLS of both."""
