"""A clip that starts from a picture leaves as every other does, and names what it started from."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sealreel.errors import NoMarkPossible, UnreadableMedia
from sealreel.generator import GenerationConfig, generate, generate_many, load_pipeline
from sealreel.media import probe
from sealreel.provenance import ReleaseConfig
from sealreel.provenance.manifest import read_crjson, read_manifest

cv2: Any = pytest.importorskip("cv2")
pytest.importorskip("torch", reason="the extra `generate` is not installed")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "start.png"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 256, (192, 192, 3), dtype=np.uint8))
    return path


@pytest.fixture
def request_(installation: ReleaseConfig, models: Callable[[str], Path], tmp_path: Path, picture: Path) -> Any:
    models("ltx")
    return GenerationConfig(
        prompt="a red ball moves left",
        output=tmp_path / "out.mp4",
        release=installation,
        model=str(models("windows")),
        image=picture,
        width=192,
        height=192,
        frames=9,
        seed=5,
        device="cpu",
    )


def test_the_manifest_names_picture_and_weights(request_: GenerationConfig, installation: ReleaseConfig) -> None:
    output = generate(request_)

    report = read_manifest(request_.output, trust=installation.trust)
    disclosure = read_crjson(request_.output, trust=installation.trust)["manifests"][0]["assertions"]
    weights = load_pipeline(request_.model, device="cpu").weights_sha256
    assert (report.state, report.digital_source_type) == ("trusted", "trainedAlgorithmicMedia")
    assert [(one.title, one.relationship) for one in report.ingredients] == [("start.png", "inputTo")]
    assert disclosure["c2pa.ai-disclosure"]["modelIdentifier"] == f"tiny-windows@3#sha256={weights}"
    assert (output.model, output.weights_sha256) == ("tiny-windows@3", weights)
    assert probe(request_.output).width == 192
    assert next(iter(output.timings_ms)) == "model"


def test_a_missing_picture_stops_before_the_model_is_looked_for(request_: GenerationConfig, tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match=r"nowhere\.png"):
        generate(replace(request_, image=tmp_path / "nowhere.png", model="./nowhere"))
    assert not request_.output.exists()


def test_with_and_without_a_picture_are_two_pipelines(request_: GenerationConfig, tmp_path: Path) -> None:
    """They run to where 32 x 32 pixels turn out to hold no mark; one loaded for text takes no picture."""
    tiny = replace(request_, model=request_.model.replace("windows", "ltx"), width=32, height=32, frames=1, steps=1)
    plain = replace(tiny, image=None, output=tmp_path / "plain.mp4")

    attempts = list(generate_many([tiny, plain]))

    assert [type(attempt.error) for attempt in attempts] == [NoMarkPossible, NoMarkPossible]
