from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "linli.domains.releases"
    label = "releases"
