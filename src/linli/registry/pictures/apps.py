from django.apps import AppConfig


class PicturesConfig(AppConfig):
    name = "linli.registry.pictures"
    label = "pictures"
