"""Tables of doors: what they are, what opens them, who may, and who did."""

from linli.domains.doors.models.credentials import (
    Credential,
    CredentialStep,
    FaceCopy,
    MarkedAnew,
    RightsVersion,
    SigningKey,
)
from linli.domains.doors.models.passages import LONGEST_LANDING, Inside, Passage, Use
from linli.domains.doors.models.places import Door, DoorGroup, GroupedDoor, Reader
from linli.domains.doors.models.rights import Barred, Newcomer, Right

__all__ = [
    "LONGEST_LANDING",
    "Barred",
    "Credential",
    "CredentialStep",
    "Door",
    "DoorGroup",
    "FaceCopy",
    "GroupedDoor",
    "Inside",
    "MarkedAnew",
    "Newcomer",
    "Passage",
    "Reader",
    "Right",
    "RightsVersion",
    "SigningKey",
    "Use",
]
