from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "linli.registry.people"
    label = "people"
