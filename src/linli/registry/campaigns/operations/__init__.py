"""Every write to releases and campaigns."""

from linli.registry.campaigns.operations.advancing import advance
from linli.registry.campaigns.operations.drafting import Plan, draft
from linli.registry.campaigns.operations.fetching import Asker, Image, fetch
from linli.registry.campaigns.operations.hearing import forget, software_told
from linli.registry.campaigns.operations.releasing import NewRelease, add_release
from linli.registry.campaigns.operations.steering import (
    cancel,
    pause,
    resume,
    retry,
    roll_back,
    start,
)

__all__ = [
    "Asker",
    "Image",
    "NewRelease",
    "Plan",
    "add_release",
    "advance",
    "cancel",
    "draft",
    "fetch",
    "forget",
    "pause",
    "resume",
    "retry",
    "roll_back",
    "software_told",
    "start",
]
