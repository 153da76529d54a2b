"""What can be entered into the register, as values. Things are named by their own keys: a place by
its path, a person or staff member by his code, a household by its room, a vehicle by its plate.

A field that is left out (`UNSET`) stays as it is, or takes its usual value in a new row. The same
shapes serve the doors, the spreadsheets and the demo.
"""

from datetime import date

import msgspec
from msgspec import UNSET, UnsetType

from linli.registry.people.logic import ShiftHours

Text = str | UnsetType
Day = date | UnsetType | None
Ref = str | UnsetType | None


class PersonEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A person. An empty code is made up. Sex and birth follow from an ID number. `account` is the
    number of the account that he signs in with himself.
    """

    code: str = ""
    name: Text = UNSET
    sex: Text = UNSET
    born_on: Day = UNSET
    id_number: Text = UNSET
    phone: Text = UNSET
    note: Text = UNSET
    account: int | UnsetType | None = UNSET


class HouseholdEntry(msgspec.Struct, frozen=True, kw_only=True):
    room: str
    occupancy: Text = UNSET
    moved_in_on: Day = UNSET
    note: Text = UNSET


class MembershipEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is to the household of a room."""

    room: str
    person: str
    relation: str
    since: Day = UNSET
    until: Day = UNSET


class GroupEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A person belongs to a special group; `source` says by whose word."""

    person: str
    group: str
    since: Day = UNSET
    until: Day = UNSET
    source: Text = UNSET


class OrganisationEntry(msgspec.Struct, frozen=True, kw_only=True):
    code: str = ""
    name: Text = UNSET
    kind: Text = UNSET
    uscc: Text = UNSET
    business: Text = UNSET
    place: Ref = UNSET
    contact: Text = UNSET
    phone: Text = UNSET


class VehicleEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle; `household` is the path of a room, `owner` and `organisation` are codes."""

    plate: str
    colour: Text = UNSET
    kind: Text = UNSET
    model: Text = UNSET
    owner: Ref = UNSET
    household: Ref = UNSET
    organisation: Ref = UNSET
    parking: Text = UNSET
    garage: Ref = UNSET


class StaffEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A staff member; `account` is the number of the account that he signs in with."""

    code: str = ""
    name: Text = UNSET
    account: int | UnsetType | None = UNSET
    organisation: Ref = UNSET
    post: Text = UNSET
    place: Ref = UNSET
    skills: tuple[str, ...] | UnsetType = UNSET
    phone: Text = UNSET
    duty: Text = UNSET
    employed: bool | UnsetType = UNSET
    cells: tuple[str, ...] | UnsetType = UNSET
    shifts: tuple[ShiftHours, ...] | UnsetType = UNSET


class EquipmentEntry(msgspec.Struct, frozen=True, kw_only=True):
    code: str = ""
    name: Text = UNSET
    kind: Text = UNSET
    place: Ref = UNSET
    maker: Text = UNSET
    model: Text = UNSET
    installed_on: Day = UNSET
    warranty_until: Day = UNSET
    inspected_on: Day = UNSET
    inspect_by: Day = UNSET
    keeper: Ref = UNSET
    note: Text = UNSET


Entry = (
    PersonEntry
    | HouseholdEntry
    | MembershipEntry
    | GroupEntry
    | OrganisationEntry
    | VehicleEntry
    | StaffEntry
    | EquipmentEntry
)
