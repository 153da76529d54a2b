"""The one list of addresses."""

from django.urls import path

from linli.web.api import api

urlpatterns = [path("api/v1/", api.urls)]
