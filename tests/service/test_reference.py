"""The reference of the command line is what the command line says."""

from pathlib import Path

from sealreel.service.reference import reference
from sealreel.service.settings import NAMES

REFERENCE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_reference_is_fresh() -> None:
    fresh = "run: python -m sealreel.service.reference > docs/cli.md"

    assert REFERENCE.read_text("utf-8") == reference(), fresh


def test_every_verb_has_its_section() -> None:
    verbs = ("generate", "mark", "verify", "detect", "keys trust", "store export", "bench speed", "train generator")
    for verb in (*verbs, "config"):
        assert f"\n## `sealreel {verb}`\n" in reference()


def test_the_reference_shows_no_path_of_this_machine() -> None:
    assert str(Path.home()) not in reference()


def test_every_setting_is_explained() -> None:
    explained = [line.split("`")[1] for line in reference().splitlines() if line.startswith("| `")]

    assert tuple(explained) == NAMES
