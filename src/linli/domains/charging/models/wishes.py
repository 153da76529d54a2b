"""By what of his car somebody wants to begin."""

from django.db import models

from linli.domains.charging.logic import vins
from linli.foundation.privacy.classes import holds, internal, personal, sensitive
from linli.foundation.scope.models import Scoped
from linli.foundation.vault.sealed import Sealed
from linli.registry.people.models import Person, Vehicle


@holds(
    internal("at"),
    personal("person", "愿意凭车牌充电的人", "who charges by his plate", "payment"),
    personal("vehicle", "凭车牌充电的车", "the vehicle whose plate begins it", "payment"),
)
class PlateWish(Scoped):
    """Somebody wants that a camera which sees this plate of his begins a charging that he pays."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "vehicle"], name="one_wish_a_plate"),
        ]

    def __str__(self) -> str:
        return f"plate wish {self.pk}"


@holds(
    internal("at vault_key"),
    personal("person", "愿意即插即充的人", "who charges by plugging in", "payment"),
    personal("vehicle", "即插即充的车", "the vehicle that begins it", "payment"),
    sensitive("vin", "车架号（VIN）", "number of the vehicle (VIN)", "payment"),
)
class CarVin(Scoped):
    """Somebody wants that this car of his begins a charging that he pays when it is plugged in and
    says its VIN; that is sealed, and found by its blind index.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="+")
    vault_key = models.CharField(max_length=32, blank=True)
    vin = Sealed(mask=vins.masked, whole=True)
    vin_sealed = models.CharField(max_length=120, blank=True)
    vin_index = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vehicle"], name="one_vin_a_vehicle"),
            models.UniqueConstraint(fields=["community", "vin_index"], name="one_vehicle_a_vin"),
        ]

    def __str__(self) -> str:
        return f"car by VIN {self.pk}"
