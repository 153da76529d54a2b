"""Keys, each wrapped by the one above it: the master key wraps wrapping keys, these data keys."""

from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import holds, internal, sensitive
from linli.foundation.scope.models import Scoped


@holds(
    internal("use number made_on retired_on"),
    sensitive("wrapped", "包裹密钥", "wrapping key", "account"),
)
class WrappingKey(Scoped):
    """A key of a community, for one use: a class of data, or the blind index (`index`). It lies
    here wrapped by the master key: `<name of that>:<key>`, the name (`Master.name`) left out in
    rows from before master keys had names. The newest of a use wraps; older ones open until nothing
    is left under them.
    """

    use = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    wrapped = models.CharField(max_length=120)
    made_on = models.DateField()
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "use", "number"], name="one_wrapping_key_a_number"
            ),
            models.UniqueConstraint(
                fields=["community", "use"],
                condition=Q(retired_on=None),
                name="one_wrapping_key_in_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.use} {self.number}"


@holds(
    internal("subject use number"),
    sensitive("wrapped", "数据密钥", "data key", "account"),
)
class DataKey(Scoped):
    """The key of one person's data of a class. Without it they are noise, wherever they lie.

    `subject` is the name that his row bears in the vault; `number` that of the wrapping key.
    """

    subject = models.CharField(max_length=32)
    use = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    wrapped = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "subject", "use"], name="one_data_key_a_person_and_class"
            ),
        ]
        indexes = [models.Index(fields=["community", "use", "number"], name="data_key_by_number")]

    def __str__(self) -> str:
        return f"{self.community} {self.subject} {self.use}"


@holds(
    internal("id use kept_at"),
    sensitive("key", "沿用的密钥", "key that is still believed", "account"),
)
class KeptKey(models.Model):
    """A key for digests that followed from the installation's secret before that was turned over:
    what was printed or told under it stays good. Sealed by the secret in use.
    """

    use = models.CharField(max_length=60)
    key = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["use", "id"], name="kept_key_by_use")]

    def __str__(self) -> str:
        return f"{self.use} {self.pk}"


@holds(internal("number table after clashed done"))
class Reindexed(Scoped):
    """How far the blind indices of a table were made anew under the index key of a `number`: up to
    the row `after`; kept until the old key is destroyed, so that whoever is cut off goes on.
    `clashed`: the first row that could not be, as it is the same as another; 0 where there is none.
    """

    number = models.PositiveIntegerField()
    table = models.CharField(max_length=80)
    after = models.BigIntegerField(default=0)
    clashed = models.BigIntegerField(default=0)
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "number", "table"], name="one_place_a_table_and_index_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.table} {self.after}"
