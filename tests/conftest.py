"""Every test run has a home of its own; nothing of a developer's installation is touched."""

import os
import tempfile

os.environ["LINLI_HOME"] = tempfile.mkdtemp(prefix="linli-test-")
os.environ.setdefault("LINLI_DATA", os.path.join(os.path.dirname(__file__), "../../shared/data"))
