"""A prompt becomes a file that carries its origin, or there is no file."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sealreel.errors import (
    ModelUnavailable,
    NoMarkPossible,
    OptionUnsupported,
    OutputExists,
    PromptInvalid,
    UnsupportedMedia,
)
from sealreel.generator import GenerationConfig, LoadedPipeline, generate, generate_many, load_pipeline
from sealreel.generator.footage import shoot
from sealreel.media import probe, read_frames, read_luma
from sealreel.provenance import ReleaseConfig
from sealreel.provenance.manifest import read_manifest
from sealreel.provenance.store import open_store
from sealreel.provenance.watermark import load_method

SIDE, FRAMES, STILL = 192, 9, 512
"""Large enough to hold the mark with room to spare, small enough to wait for."""


@pytest.fixture(scope="module")
def ltx(models: Callable[[str], Path]) -> LoadedPipeline:
    """Load the tiny pipeline once."""
    return load_pipeline(str(models("ltx")), device="cpu")


@pytest.fixture
def request_for(installation: ReleaseConfig, models: Callable[[str], Path], tmp_path: Path) -> Any:
    """Give a request into this test's directory, with changes."""

    def made(name: str = "out.mp4", **changes: Any) -> GenerationConfig:
        config = GenerationConfig(
            prompt="a red ball moves left",
            output=tmp_path / name,
            release=installation,
            model=str(models("ltx")),
            width=SIDE,
            height=SIDE,
            frames=FRAMES,
            steps=2,
            seed=5,
            device="cpu",
        )
        return replace(config, **changes)

    return made


def test_a_prompt_becomes_a_clip_with_the_frames_and_the_exact_rate_asked(
    request_for: Any, ltx: LoadedPipeline
) -> None:
    request = request_for(fps=Fraction(30000, 1001))

    generate(request, pipeline=ltx)

    clip = probe(request.output)
    assert (clip.width, clip.height, clip.rate) == (SIDE, SIDE, Fraction(30000, 1001))
    assert sum(1 for _ in read_luma(clip)) == FRAMES


def test_the_clip_carries_mark_manifest_and_record(
    request_for: Any, ltx: LoadedPipeline, installation: ReleaseConfig
) -> None:
    request = request_for()

    output = generate(request, pipeline=ltx)

    found = load_method().extract(probe(request.output), installation.keyring.keys)
    manifest = read_manifest(request.output, trust=installation.trust)
    with open_store(installation.store_url) as store:
        record = store.find(output.record)
    assert found.payload == output.payload
    assert (manifest.state, manifest.digital_source_type) == ("trusted", "trainedAlgorithmicMedia")
    assert record is not None
    assert (record.state, record.sha256, record.generator) == ("confirmed", output.sha256, "ltx unversioned")


def test_the_output_tells_the_seed_and_the_model(request_for: Any, ltx: LoadedPipeline) -> None:
    output = generate(request_for(seed=None), pipeline=ltx)

    assert output.seed is not None
    assert output.model == "ltx@unversioned"


def test_the_prompt_is_neither_in_the_file_nor_in_the_record(
    request_for: Any, ltx: LoadedPipeline, installation: ReleaseConfig
) -> None:
    request = request_for(prompt="the secret red ball")

    output = generate(request, pipeline=ltx)

    with open_store(installation.store_url) as store:
        record = store.find(output.record)
    assert record is not None
    assert record.prompt_sha256 is not None
    assert b"secret red" not in request.output.read_bytes()
    assert "secret" not in repr(record)


@pytest.mark.parametrize("name", ["out.png", "out.jpg", "out.webp"])
def test_the_suffix_of_a_picture_makes_one_frame(request_for: Any, ltx: LoadedPipeline, name: str) -> None:
    request = request_for(name, frames=None, width=STILL, height=STILL)

    generate(request, pipeline=ltx)

    assert probe(request.output).kind == "image"


@pytest.mark.parametrize(("name", "frames"), [("out.png", 1), ("out.mp4", FRAMES)])
def test_no_colour_is_shifted_on_the_way_to_the_file(
    request_for: Any, ltx: LoadedPipeline, name: str, frames: int
) -> None:
    request = request_for(name, frames=frames, width=STILL, height=STILL)
    shot = shoot(ltx, request, seed=5, frames=frames).rgb

    generate(request, pipeline=ltx)

    written = np.stack([frame.rgb for frame in read_frames(probe(request.output))])
    assert written.shape == shot.shape
    assert np.abs(written.mean(axis=(1, 2)) - shot.mean(axis=(1, 2))).max() < 1


def test_a_picture_differs_from_the_models_by_the_mark_alone(request_for: Any, ltx: LoadedPipeline) -> None:
    request = request_for("out.png", frames=1, width=STILL, height=STILL)
    shot = shoot(ltx, request, seed=5, frames=1).rgb

    output = generate(request, pipeline=ltx)

    error = next(iter(read_frames(probe(request.output)))).rgb.astype(float) - shot[0]
    assert output.psnr_y_db is not None
    assert 10 * np.log10(255**2 / (error**2).mean()) == pytest.approx(output.psnr_y_db, abs=1)


def test_a_picture_of_several_frames_is_refused(request_for: Any, ltx: LoadedPipeline) -> None:
    with pytest.raises(OptionUnsupported, match="holds one picture, 9 frames were asked"):
        generate(request_for("out.png"), pipeline=ltx)


@pytest.mark.parametrize(
    ("name", "changes", "error"),
    [
        ("out.mp4", {"prompt": "  "}, PromptInvalid),
        ("out.mp4", {"prompt": "x" * 100_000}, PromptInvalid),
        ("out.webm", {}, UnsupportedMedia),
    ],
)
def test_a_bad_request_fails_before_the_model_is_looked_for(
    request_for: Any, name: str, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        generate(request_for(name, model="./nowhere", **changes))


def test_an_existing_output_is_kept_unless_forced(request_for: Any, ltx: LoadedPipeline) -> None:
    request = request_for()
    request.output.write_bytes(b"mine")

    with pytest.raises(OutputExists):
        generate(replace(request, model="./nowhere"))
    assert request.output.read_bytes() == b"mine"

    generate(replace(request, force=True), pipeline=ltx)
    assert probe(request.output).kind == "video"


def test_pixels_that_cannot_hold_the_mark_leave_no_file(request_for: Any, ltx: LoadedPipeline) -> None:
    request = request_for(width=32, height=32, frames=1)

    with pytest.raises(NoMarkPossible):
        generate(request, pipeline=ltx)

    assert list(request.output.parent.glob("out*")) == []
    assert list(request.output.parent.glob(".out*")) == []


def test_one_failure_does_not_stop_the_others(request_for: Any) -> None:
    requests = [request_for("a.mp4"), request_for("b.mp4", frames=30), request_for("c.mp4", model="./no")]

    attempts = list(generate_many([*requests, request_for("d.mp4", seed=6)]))

    assert [attempt.output is not None for attempt in attempts] == [True, False, False, True]
    assert [type(attempt.error) for attempt in attempts[1:3]] == [OptionUnsupported, ModelUnavailable]
    assert sorted(path.name for path in requests[0].output.parent.glob("*.mp4")) == ["a.mp4", "d.mp4"]


def test_generate_has_no_option_to_leave_the_mark_out() -> None:
    options = {*GenerationConfig.__dataclass_fields__, *ReleaseConfig.__dataclass_fields__}

    assert not [name for name in options if name.startswith(("no_", "skip", "unmarked", "without"))]


SCRIPT = """
import sys
from pathlib import Path
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would hand it down ignored
calls = []
sys.addaudithook(lambda event, _: calls.append(event) if event in {
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"} else None)
sys.path.insert(0, sys.argv[1])
from conftest import release_config
from sealreel.generator import GenerationConfig, generate
home = Path(sys.argv[3])
config = GenerationConfig(prompt="a red ball", output=home / "out.mp4", release=release_config(home / "keys"),
    model=sys.argv[2], width=192, height=192, frames=9, steps=int(sys.argv[4]), seed=1, device="cpu")
generate(config, on_step=lambda done, total: print(done, flush=True))
print("calls", calls)
"""


def started(model: Path, home: Path, steps: int) -> "subprocess.Popen[str]":
    (home / "keys").mkdir()
    command = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(model), str(home), str(steps)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def test_no_connection_is_opened_and_nothing_is_said(models: Callable[[str], Path], tmp_path: Path) -> None:
    process = started(models("ltx"), tmp_path, steps=1)

    out, err = process.communicate(timeout=600)

    assert (out.splitlines(), err) == (["1", "calls []"], "")
    assert (tmp_path / "out.mp4").exists()


def test_ctrl_c_while_denoising_leaves_nothing_behind(models: Callable[[str], Path], tmp_path: Path) -> None:
    process = started(models("ltx"), tmp_path, steps=1000)
    assert process.stdout is not None

    assert process.stdout.readline() == "1\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=600)

    assert process.returncode != 0
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]
