"""The words of refusals, for those who must tell later why something was not done."""

from collections.abc import Mapping

from linli.kernel.port import Port
from linli.kernel.words import Words

sentence: Port[[str, Mapping[str, object]], Words] = Port("sentences.sentence")
"""Asked with the key of a Fault and its values: its sentence; the bare key where it has none."""
