"""What parking asks of others."""

from linli.kernel.port import Port

reads_for_charging: Port[[str, str], bool] = Port("parking.reads_for_charging")
"""Asked with a community and the code of a camera: whether the plates that it reads are those of
charging bays, and therefore of no lane and no zone.
"""
