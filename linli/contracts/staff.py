"""What the rest of the system may know of staff: who is there to be given work."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from linli.kernel.port import Port


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who works in the community.

    `account` is whom he signs in as, if he does. `skills` holds skills and the role, as `engineer`.
    `position` is (longitude, latitude) in degrees where it is known; `place` the path of where he
    is posted.
    """

    id: int
    name: str
    account: int | None
    skills: frozenset[str]
    position: tuple[float, float] | None = None
    place: str = ""


staff_on_duty: Port[[str, datetime], Sequence[StaffMember]] = Port("staff.on_duty")
"""Asked with a community and a time; answered by the register."""

staff_of_account: Port[[str, int], StaffMember | None] = Port("staff.of_account")
"""Who of a community's staff signs in as this account."""

staff_member: Port[[str, int], StaffMember | None] = Port("staff.member")
"""Asked with a community and a staff number; nobody where he has left or never was."""
