import subprocess
import sys

from click.testing import CliRunner

from linli.app.cli import COMMANDS, main


class TestHelp:
    def test_lists_every_command_without_importing_django(self):
        code = (
            "import sys\n"
            "from click.testing import CliRunner\n"
            "from linli.app.cli import main\n"
            "out = CliRunner().invoke(main, ['--help']).output\n"
            "assert 'django' not in sys.modules\n"
            "print(out)\n"
        )

        said = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout

        assert all(name in said for name in COMMANDS)

    def test_an_unknown_command_is_refused(self):
        answer = CliRunner().invoke(main, ["fly"])

        assert answer.exit_code == 2
        assert "fly" in answer.output
