from django.apps import AppConfig


class ParkingConfig(AppConfig):
    name = "linli.domains.parking"
    label = "parking"
