from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "linli.domains.feeds"
    label = "feeds"
