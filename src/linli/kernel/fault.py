"""Refusals a person can act on: a key and its values, so any language can word them."""


class Fault(Exception):
    """A request the domain understood and refuses."""

    key: str = "kernel.fault"
    status: int = 409

    def __init__(self, **values: object) -> None:
        super().__init__(self.key, values)
        self.values = values
