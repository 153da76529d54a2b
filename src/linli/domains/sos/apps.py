from django.apps import AppConfig


class SosConfig(AppConfig):
    name = "linli.domains.sos"
    label = "sos"
