"""The one list of addresses."""

from django.urls import path, re_path

from linli.web.api import api
from linli.web.well_known import authorization_server

_METADATA = r"^\.well-known/oauth-authorization-server"

urlpatterns = [
    path("api/v1/", api.urls),
    re_path(rf"{_METADATA}$", authorization_server),
    re_path(rf"{_METADATA}/(?P<community>[a-z0-9_-]{{1,32}})$", authorization_server),
]
