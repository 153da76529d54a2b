"""Every write to calls for help."""

from linli.domains.sos.operations.forgetting import forget
from linli.domains.sos.operations.helping import answer, arrive, cancel, close, hand_on
from linli.domains.sos.operations.looking import NoLivePicture, look
from linli.domains.sos.operations.placing import move
from linli.domains.sos.operations.raising import Raised, alarm_opened, call_help
from linli.domains.sos.operations.ringing import tick
from linli.domains.sos.operations.trees import put_tree

__all__ = [
    "NoLivePicture",
    "Raised",
    "alarm_opened",
    "answer",
    "arrive",
    "call_help",
    "cancel",
    "close",
    "forget",
    "hand_on",
    "look",
    "move",
    "put_tree",
    "tick",
]
