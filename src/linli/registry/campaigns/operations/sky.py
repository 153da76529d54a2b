"""Who is under way: so that the safety devices of a place are never all busy with themselves."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from linli.devices.model import Lane
from linli.registry.campaigns import queries
from linli.registry.campaigns.logic import planning
from linli.registry.campaigns.models import Campaign, Target
from linli.registry.devices import catalogue


class Sky:
    """The devices of a community that are being updated, of all campaigns together."""

    def __init__(self, *, community: str, flying: Sequence[Target]) -> None:
        self._community = community
        self._devices: set[int] = set()
        self._by_campaign = Counter[int]()
        self._by_model = Counter[str]()
        self._taken: set[str] = set()
        self._size: dict[str, int] = {}
        for target in flying:
            self.add(target)

    def of(self, campaign: Campaign) -> int:
        """Return how many of a campaign are under way."""
        return self._by_campaign[campaign.pk]

    def add(self, target: Target) -> None:
        """A device is under way."""
        self._devices.add(target.device_id)
        self._by_campaign[target.campaign_id] += 1
        if _is_safety(target.device.model):
            self._by_model[target.device.model] += 1
            self._taken.add(self._zone(target))

    def has_room(self, target: Target) -> bool:
        """Tell whether a device may be told now: no other campaign has it under way; of a safety
        model no more than a tenth is, and no safety device beside it, unless it is insisted on.
        """
        if target.device_id in self._devices:
            return False
        model = target.device.model
        if not _is_safety(model):
            return True
        if planning.safety_room(devices=self._how_many(model), under_way=self._by_model[model]) < 1:
            return False
        return target.campaign.insist or self._zone(target) not in self._taken

    def _how_many(self, model: str) -> int:
        if model not in self._size:
            self._size[model] = queries.how_many_of(community=self._community, model=model)
        return self._size[model]

    @cached_property
    def _zones(self) -> set[str]:
        return queries.zones(community=self._community)

    def _zone(self, target: Target) -> str:
        return planning.neighbourhood(path=target.device.place.path, zones=self._zones)


def _is_safety(model: str) -> bool:
    found = catalogue.models().get(model)
    return found is not None and found.lane is Lane.SAFETY
