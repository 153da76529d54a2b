from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "linli.registry.campaigns"
    label = "campaigns"
