"""Rights: who may what, where, when and for what; given by two persons, taken by one."""
