from tests.foundation.identity.conftest import estates

__all__ = ["estates"]
