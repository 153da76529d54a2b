"""Every write to cases, one module a verb. Locks are taken in the order case, then clocks."""
