"""A folder's `__init__.py` is its door: these names are public, they load when used, and nothing else is promised."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAZY = ["detector", "generator", "media", "provenance", "provenance.watermark"]

PUBLIC = {
    "detector": "Detector Examination ModelId Reason Score load_detector write_contact_sheet",
    "generator": """Attempt GenerationConfig LoadedPipeline ModelCard OnStep batch check_prompt generate generate_many
        load_pipeline several""",
    "media": """Clip Colour Encoding Form Frame Limits Luma Picture check_output container_for form_of generated_form
        picture_of pictures_from_frames probe read_frames read_luma read_pictures remux scratch sweep_drafts unfinished
        write_pictures""",
    "provenance": """Conclusion Extraction Facts Fingerprint MarkConfig Output Payload Reason Record Recovery
        ReleaseConfig SAME_CONTENT Segment Verdict VerifyConfig content_distance distance fingerprint mark release
        verify weigh""",
    "provenance.watermark": """ACCEPT_LOG10_P LADDER_DB METHOD_NAMES Method Strength WatermarkKey
        extract_lumas load_method psnr_y""",
}


def door(folder: str) -> ast.Module:
    """The source of a folder's door."""
    return ast.parse((ROOT / folder.replace(".", "/") / "__init__.py").read_text())


def told_to_checkers(folder: str) -> set[str]:
    """The names that a type checker sees."""
    imports = [node for node in ast.walk(door(folder)) if isinstance(node, ast.ImportFrom) and node.level]
    return {alias.asname or alias.name for node in imports for alias in node.names}


@pytest.mark.parametrize("folder", LAZY)
def test_the_public_names_are_these(folder: str) -> None:
    assert told_to_checkers(folder) == set(PUBLIC[folder].split())


@pytest.mark.parametrize("folder", LAZY)
def test_what_checkers_see_is_what_loads(folder: str) -> None:
    module = importlib.import_module(f"sealreel.{folder}")

    missing = [name for name in told_to_checkers(folder) if not hasattr(module, name)]

    assert missing == []


@pytest.mark.parametrize("folder", LAZY)
def test_no_public_name_is_hidden_by_a_file_of_that_name(folder: str) -> None:
    files = {path.stem for path in (ROOT / folder.replace(".", "/")).iterdir()}

    assert files & set(PUBLIC[folder].split()) == set()


@pytest.mark.parametrize("folder", LAZY)
def test_a_door_has_no_other_names(folder: str) -> None:
    module = importlib.import_module(f"sealreel.{folder}")

    with pytest.raises(AttributeError, match="no_such_name"):
        _ = module.no_such_name


def test_a_manifest_is_checked_without_picture_or_model_libraries() -> None:
    program = "import sys; from sealreel.provenance import verify; print(*sys.modules)"

    loaded = set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )

    assert loaded & {"av", "cv2", "scipy", "sqlalchemy", "torch", "diffusers", "timm"} == set()


@pytest.mark.parametrize("folder", LAZY)
def test_a_door_lists_its_names(folder: str) -> None:
    assert set(dir(importlib.import_module(f"sealreel.{folder}"))) == told_to_checkers(folder)
