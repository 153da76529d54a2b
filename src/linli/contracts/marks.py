"""What the vault asks of whoever finds things, or lets them be found outside, by keys that follow
from the key of the blind indices: door controllers know credentials so.
"""

from collections.abc import Sequence
from datetime import datetime

from linli.kernel.port import Port

remark: Port[[str, int, datetime], tuple[int, int]] = Port("marks.remark")
"""Asked with a community, the number of a row and the time, in a transaction: make a part of the
marks after that row anew, under the index key in use; return how many rows that were, and the last
of them. None is none.
"""

behind: Port[[str], Sequence[str]] = Port("marks.behind")
"""Asked with a community whose marks were made anew: who has not been told them yet, by name; and
what stays under an old mark, for no key made that.
"""
