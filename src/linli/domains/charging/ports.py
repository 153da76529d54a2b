"""What charging asks of others."""

from collections.abc import Mapping

from linli.kernel.port import Port

catalogue: Port[[], Mapping[str, str]] = Port("charging.catalogue")
"""The texts of the tariffs of the catalogue (`catalog/tariffs/charging`), by their ids."""

holder_of_card: Port[[str, str], int | None] = Port("charging.holder_of_card")
"""Asked with a community and what a card says of itself: the number of the person whose card it is
and who may use it now; None where it is nobody's, lost, or returned."""

reads_for_parking: Port[[str, str], bool] = Port("charging.reads_for_parking")
"""Asked with a community and the code of a camera: whether the plates that it reads are those of a
lane or a zone, and therefore of no charging bay.
"""
