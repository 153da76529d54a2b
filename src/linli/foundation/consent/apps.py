from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "linli.foundation.consent"
    label = "consent"
