from django.apps import AppConfig


class OpenApiConfig(AppConfig):
    name = "linli.domains.openapi"
    label = "openapi"
