"""What `./linli` prepares while other commands of the same checkout are at work."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

_LAUNCHER = next(p for p in Path(__file__).parents if (p / "pyproject.toml").is_file()) / "linli"


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher, over a checkout whose venv is there but does not know our package yet."""
    loader = SourceFileLoader("launcher", str(_LAUNCHER))
    spec = spec_from_loader("launcher", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    (tmp_path / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (tmp_path / "python").touch()
    monkeypatch.setattr(module, "VENV", tmp_path)
    monkeypatch.setattr(module, "PYTHON", tmp_path / "python")
    return module


def _pointer(launcher: ModuleType) -> Path:
    found: Path = launcher.VENV / "lib" / "python3.11" / "site-packages" / "linli-source.pth"
    return found


def test_a_command_that_begins_takes_nothing_from_one_that_runs(launcher: ModuleType) -> None:
    """A Python that started while another command wrote the pointer anew knew no `linli`."""
    launcher.make_venv()
    before = _pointer(launcher).stat()

    launcher.make_venv()

    after = _pointer(launcher).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_checkout_that_moved_is_pointed_to_anew_and_at_once(launcher: ModuleType) -> None:
    _pointer(launcher).write_text("/elsewhere/src\n", "utf-8")
    held = _pointer(launcher).open(encoding="utf-8")

    launcher.make_venv()

    with held:
        assert held.read() == "/elsewhere/src\n", "who reads the old one reads all of it"
    assert _pointer(launcher).read_text("utf-8") == f"{_LAUNCHER.parent / 'src'}\n"
