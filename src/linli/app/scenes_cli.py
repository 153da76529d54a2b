"""`check` and `story`: scenes loaded and their stories told, on the command line."""

import tomllib
from importlib import resources
from pathlib import Path

import click
import msgspec

from linli.app import catalogue
from linli.kernel.fault import Fault
from linli.scenes import story


@click.group()
def scenes() -> None:
    """Scenes of the catalogue."""


@scenes.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Load scenes and run their stories; say what is wrong with each (all when no PATHS).

    The last line is JSON: boards, categories, scenes, stories, failures. A scene whose file cannot
    be read, or one of whose stories fails, is a failure, and the status is then 1.
    """
    found = catalogue.check(paths)
    for fault in found.wrong:
        click.echo(_words(fault), err=True)
    click.echo(msgspec.json.encode(_counts(found)))
    if found.wrong:
        raise SystemExit(1)


def _counts(found: catalogue.Catalogue) -> dict[str, int]:
    return {
        "boards": len({scene.board for scene in found.scenes}),
        "categories": len({(scene.board, scene.category) for scene in found.scenes}),
        "scenes": len(found.scenes),
        "stories": sum(len(scene.stories) for scene in found.scenes),
        "failures": len(found.wrong),
    }


@scenes.command("story")
@click.argument("scene_id")
def tell(scene_id: str) -> None:
    """Tell the stories of one scene, line by line."""
    found = catalogue.load()
    scene = next((one for one in found.scenes if one.id == scene_id), None)
    if scene is None:
        raise click.ClickException(f"no scene {scene_id} (or it does not load: try check)")
    for result in story.run(scene, models=found.models):
        click.echo(f"{'ok  ' if result.passed else 'FAIL'} {result.title}")
        for moment in result.timeline:
            click.echo(f"     {moment.at_s:>8g}s  {moment.kind:<16} {moment.text}")
        if not result.passed:
            click.echo(f"     expected {list(result.expected)}\n     got      {list(result.got)}")


def _words(fault: Fault) -> str:
    """Return a refusal in both languages."""
    for package in ("linli.scenes", "linli.devices", "linli.kernel"):
        text = (resources.files(package) / "locale" / "faults.toml").read_text("utf-8")
        known = tomllib.loads(text)
        if fault.key in known:
            zh, en = known[fault.key]["zh"], known[fault.key]["en"]
            return f"{zh.format_map(fault.values)}\n    {en.format_map(fault.values)}"
    return f"{fault.key} {fault.values}"


if __name__ == "__main__":
    scenes()
