from tests.registry.conftest import estate, other_estate, sign_in, wired

__all__ = ["estate", "other_estate", "sign_in", "wired"]
