"""What trials ask of the outside beside `contracts`; answered in the application's wiring."""

from collections.abc import Mapping

from linli.kernel.port import Port
from linli.kernel.words import Words

case_names: Port[[], Mapping[str, Words]] = Port("trials.case_names")
"""The kinds of case of the catalogue by id, as people call them."""
