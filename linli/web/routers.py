"""Every router of the API, in the order of the reference."""

from ninja import Router

from linli.domains.cases.http import router as cases
from linli.domains.notices.http import router as notices
from linli.foundation.identity.http import router as session
from linli.registry.people.http import router as people
from linli.registry.places.http import router as places

ROUTERS: list[tuple[str, Router]] = [
    ("", session),
    ("", people),
    ("", places),
    ("", cases),
    ("", notices),
]
