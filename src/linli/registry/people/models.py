"""Tables of people and what is theirs. Sensitive fields are kept sealed (`foundation.vault`)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.foundation.privacy.classes import holds, internal, personal, sensitive
from linli.foundation.scope.models import Scoped
from linli.foundation.vault.sealed import Sealed
from linli.registry.people import logic
from linli.registry.places.models import Place


@holds(
    internal("code vault_key erased_at"),
    personal("name", "姓名", "name", "residence", "service", "visit", "emergency", "sharing"),
    personal("sex", "性别", "sex", "service"),
    personal("born_on", "出生日期", "born on", "visit", "emergency"),
    sensitive("id_number", "身份证号", "ID number", "verification", "correction", "sharing"),
    sensitive(
        "phone",
        "电话",
        "telephone",
        "service",
        "emergency",
        "visit",
        "correction",
        "account",
        "sharing",
    ),
    personal("note", "服务须知", "what to mind when serving", "service"),
    personal("account", "账号", "account", "account"),
    personal("words", "检索词", "words of the search", "residence"),
)
class Person(Scoped):
    """Someone who lives here, owns here, or is family. `phone` is E.164. `account` is the one by
    which he signs in himself. Whoever was erased is a row of nobody that keeps its number.
    """

    code = models.CharField(max_length=32)
    """The key by which a spreadsheet knows the person again."""
    name = models.CharField(max_length=64)
    sex = models.CharField(max_length=1, blank=True)
    born_on = models.DateField(null=True)
    vault_key = models.CharField(max_length=32, blank=True)
    id_number = Sealed(mask=logic.masked_id, whole=True)
    id_number_sealed = models.CharField(max_length=120, blank=True)
    id_number_index = models.CharField(max_length=32, blank=True)
    phone = Sealed(mask=logic.masked_phone, whole=True, tail=logic.TAIL)
    phone_sealed = models.CharField(max_length=120, blank=True)
    phone_index = models.CharField(max_length=32, blank=True)
    phone_tail = models.CharField(max_length=32, blank=True)
    note = models.CharField(max_length=500, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    erased_at = models.DateTimeField(null=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_person_for_each_code"),
            models.UniqueConstraint(
                fields=["community", "id_number_index"],
                condition=~Q(id_number_index=""),
                name="one_person_for_each_id_index",
            ),
            models.UniqueConstraint(
                fields=["community", "account"], name="one_person_for_each_account"
            ),
        ]
        indexes = [
            models.Index(fields=["community", "id"], name="person_list"),
            models.Index(fields=["community", "name", "id"], name="person_by_name"),
            models.Index(fields=["community", "phone_index"], name="person_by_phone_index"),
            models.Index(fields=["community", "phone_tail"], name="person_by_phone_tail"),
        ]

    def __str__(self) -> str:
        return self.code


@holds(
    internal("room"),
    personal("occupancy", "房屋使用", "how the home is used", "residence"),
    personal("moved_in_on", "入住日期", "moved in on", "residence"),
    personal("note", "服务须知", "what to mind when serving", "service"),
)
class Household(Scoped):
    """Those who live in a room, or own it. One a room; `occupancy` is how it is used."""

    room = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="household")
    occupancy = models.CharField(max_length=16)
    moved_in_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"household of room {self.room_id}"


@holds(
    personal("household", "房屋", "home", "residence"),
    personal("person", "住户", "who lives there", "residence"),
    personal("relation", "与房屋的关系", "relation to the home", "residence"),
    personal("since", "起始日期", "since", "residence"),
    personal("until", "截止日期", "until", "residence"),
)
class Membership(Scoped):
    """What a person is to a household, from a day until another (that day not included)."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    relation = models.CharField(max_length=8)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "person", "relation"],
                condition=Q(until=None),
                name="a_relation_stands_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.relation} of {self.household_id}"


@holds(
    internal("token apart_key vault_key"),
    personal("person", "所属人", "whose", "visit", "emergency"),
    sensitive("group", "特殊群体", "special group", "visit", "emergency", "correction"),
    personal("since", "起始日期", "since", "visit"),
    personal("until", "截止日期", "until", "visit"),
    personal("source", "名单来源", "by whose word", "visit"),
)
class GroupMembership(Scoped):
    """A person belongs to a special group, by whose word, from a day until another. Which one is
    sealed; of a group that tells of his health the word lies apart: nothing is sealed here, and
    `token` opens to it (`health`).
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="groups")
    vault_key = models.CharField(max_length=32, blank=True)
    group = Sealed(mask=logic.no_group, whole=True)
    group_sealed = models.CharField(max_length=120, blank=True)
    group_index = models.CharField(max_length=32, blank=True)
    token = models.CharField(max_length=32, blank=True)
    apart_key = models.CharField(max_length=32, blank=True)
    """The name of the key under which the word lies apart."""
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    source = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "group_index"],
                condition=Q(until=None, token=""),
                name="a_group_is_joined_once",
            ),
            models.CheckConstraint(
                condition=(Q(token="") & ~Q(group_sealed="")) | (~Q(token="") & Q(group_sealed="")),
                name="a_group_is_sealed_or_lies_apart",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "group_index"], name="group_members"),
            models.Index(fields=["community", "token"], name="group_by_token"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in a group"


@holds(
    internal("code name kind uscc business place vault_key"),
    personal("contact", "联系人", "contact", "shops"),
    personal("phone", "联系电话", "telephone", "shops"),
    personal("words", "检索词", "words of the search", "shops"),
)
class Organisation(Scoped):
    """A shop, a company or a service. `uscc` is its unified social credit code."""

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    uscc = models.CharField(max_length=18, blank=True)
    business = models.CharField(max_length=120, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    contact = models.CharField(max_length=64, blank=True)
    vault_key = models.CharField(max_length=32, blank=True)
    phone = Sealed(mask=logic.masked_phone, whole=True, tail=logic.TAIL)
    phone_sealed = models.CharField(max_length=120, blank=True)
    phone_index = models.CharField(max_length=32, blank=True)
    phone_tail = models.CharField(max_length=32, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], name="one_organisation_for_each_code"
            ),
            models.UniqueConstraint(
                fields=["community", "uscc"],
                condition=~Q(uscc=""),
                name="one_organisation_for_each_uscc",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "id"], name="organisation_list"),
            models.Index(fields=["community", "phone_index"], name="organisation_by_phone_index"),
            models.Index(fields=["community", "phone_tail"], name="organisation_by_phone_tail"),
        ]

    def __str__(self) -> str:
        return self.code


@holds(
    internal("colour kind model organisation parking garage"),
    personal("plate", "车牌", "plate", "vehicles"),
    personal("owner", "车主", "owner", "vehicles"),
    personal("household", "所属房屋", "home", "vehicles"),
    personal("words", "检索词", "words of the search", "vehicles"),
)
class Vehicle(Scoped):
    """A vehicle by its plate (`colour` is the plate's), of a household, a person or a firm."""

    plate = models.CharField(max_length=10)
    colour = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    model = models.CharField(max_length=64, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="vehicles")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="vehicles"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="vehicles"
    )
    parking = models.CharField(max_length=32, blank=True)
    """The number of its parking place."""
    garage = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "plate"], name="one_vehicle_for_each_plate"
            ),
        ]
        indexes = [models.Index(fields=["community", "id"], name="vehicle_list")]

    def __str__(self) -> str:
        return self.plate


@holds(
    internal("code organisation post place skills duty employed vault_key"),
    personal("name", "姓名", "name", "work"),
    personal("account", "账号", "account", "work"),
    sensitive("phone", "电话", "telephone", "service", "emergency", "correction", "account"),
    sensitive("position", "在岗位置", "position on duty", "dispatch"),
    personal("position_at", "定位时间", "time of the position", "dispatch"),
    personal("words", "检索词", "words of the search", "work"),
)
class Staff(Scoped):
    """Someone who works here. `duty` is `by_shift`, or `on`/`off` by decision, shifts aside.
    `position` is `longitude,latitude` in degrees, as last told on duty.
    """

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=64)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="staff"
    )
    post = models.CharField(max_length=64, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    """Where somebody is posted."""
    skills = models.JSONField(default=list)
    vault_key = models.CharField(max_length=32, blank=True)
    phone = Sealed(mask=logic.masked_phone, tail=logic.TAIL)
    phone_sealed = models.CharField(max_length=120, blank=True)
    phone_tail = models.CharField(max_length=32, blank=True)
    duty = models.CharField(max_length=8, default="by_shift")
    employed = models.BooleanField(default=True)
    position = Sealed(mask=logic.no_position)
    position_sealed = models.CharField(max_length=120, blank=True)
    position_at = models.DateTimeField(null=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="one_staff_for_each_code"),
            models.UniqueConstraint(
                fields=["community", "account"], name="one_staff_for_each_account"
            ),
        ]
        indexes = [models.Index(fields=["community", "id"], name="staff_list")]

    def __str__(self) -> str:
        return self.code


@holds(
    internal("staff days starts ends since until"),
)
class Shift(Scoped):
    """When somebody works: days of the week (`1` Monday … `7` Sunday), from a time to another.

    A shift that ends at or before the time it starts goes on past midnight. `since` and `until`
    (that day not included) bound the days on which it starts.
    """

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="shifts")
    days = models.CharField(max_length=7)
    starts = models.TimeField()
    ends = models.TimeField()
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.days} {self.starts:%H:%M}-{self.ends:%H:%M}"


@holds(
    internal("staff cell"),
)
class CellDuty(Scoped):
    """Somebody looks after a grid cell."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="cells")
    cell = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "cell"], name="a_cell_is_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} in {self.cell_id}"


@holds(
    internal(
        "code name kind place maker model installed_on warranty_until inspected_on inspect_by",
        "keeper note words",
    ),
)
class Equipment(Scoped):
    """A thing in the ledger of equipment: what it is, where, whose, when it was looked at."""

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+")
    maker = models.CharField(max_length=120, blank=True)
    model = models.CharField(max_length=64, blank=True)
    installed_on = models.DateField(null=True)
    warranty_until = models.DateField(null=True)
    inspected_on = models.DateField(null=True)
    inspect_by = models.DateField(null=True)
    keeper = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], name="one_equipment_for_each_code"
            ),
        ]
        indexes = [models.Index(fields=["community", "id"], name="equipment_list")]

    def __str__(self) -> str:
        return self.code
