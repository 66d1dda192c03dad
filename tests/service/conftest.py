"""An installation of its own for every test, driven as a user drives it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from typer.testing import CliRunner

import sealreel.generator
from sealreel.detector import detector as detector_module
from sealreel.service.cli import app


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def answer(self) -> dict[str, Any]:
        """The only JSON line on stdout."""
        (answer,) = self.answers
        return answer


@dataclass(frozen=True)
class Shell:
    """A user at a terminal, with an installation in folders of its own."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make the installation live below `home`."""
        return {"SEALREEL_CONFIG_DIR": str(self.home / "config"), "SEALREEL_DATA_DIR": str(self.home / "data")}

    def __call__(self, *arguments: object, stdin: str | None = None, **variables: str) -> Ran:
        """Run `sealreel ARGUMENTS…` in this process."""
        result = CliRunner().invoke(
            app, [str(argument) for argument in arguments], input=stdin, env={**self.environment, **variables}
        )
        return Ran(code=result.exit_code, out=result.stdout, err=result.stderr)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A fresh installation."""
    return Shell(tmp_path / "home")


@pytest.fixture(scope="session")
def installation() -> type[Shell]:
    """Makes installations for fixtures that several tests share."""
    return Shell


def write_clip(path: Path, *, seed: int = 7, width: int = 256, height: int = 256, frames: int = 24) -> Path:
    """Write textured, moving H.264, or VP9 for webm."""
    shade = np.random.default_rng(seed)
    texture = np.repeat(np.repeat(shade.integers(40, 215, (64, 128, 3), dtype=np.uint8), 8, axis=0), 8, axis=1)
    webm = path.suffix == ".webm"
    container: Any = av.open(str(path), "w")
    with container:
        stream = container.add_stream("libvpx-vp9" if webm else "libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"cpu-used": "8", "deadline": "realtime"} if webm else {"preset": "ultrafast", "crf": "18"}
        for index in range(frames):
            rgb = np.ascontiguousarray(texture[:height, index * 4 : index * 4 + width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of video that was made elsewhere; read only."""
    return write_clip(tmp_path_factory.mktemp("footage") / "footage.mp4")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of other video, that no installation has seen; read only."""
    return write_clip(tmp_path_factory.mktemp("stranger") / "stranger.mp4", seed=8)


@dataclass(frozen=True)
class Studio:
    """An installation that has let one file out."""

    shell: Shell
    original: Path
    marked: Path
    output: dict[str, Any]


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory, footage: Path) -> Studio:
    """The installation that marked `footage`; shared, so nobody changes it."""
    folder = tmp_path_factory.mktemp("studio")
    shell = Shell(folder / "home")
    ran = shell("mark", footage, "-o", folder / "marked.mp4", "--preset", "veryfast", "--json")
    assert ran.code == 0, ran.err
    return Studio(shell, footage, folder / "marked.mp4", ran.answer)


@pytest.fixture(scope="session")
def webm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second that nobody has seen, in a container that no manifest fits in."""
    return write_clip(tmp_path_factory.mktemp("webm") / "talk.webm", seed=9)


@pytest.fixture(scope="session")
def embedded() -> Path:
    """The model that ships with the package."""
    folder = Path(str(sealreel.generator.__file__)).parent / "embedded"
    if not list(folder.rglob("model_index.json")):
        pytest.skip("the embedded model is not trained yet: sealreel train generator")
    return folder


@pytest.fixture(scope="session")
def detector_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights, whose thresholds say `likely_real` of everything."""
    if find_spec("timm") is None or find_spec("onnxruntime") is None:
        pytest.skip("the extras `train` and `detect` are not installed")
    import torch

    from sealreel.detector.export import export
    from sealreel.detector.network import Network

    folder = tmp_path_factory.mktemp("weights")
    cast(Any, torch).manual_seed(0)
    export(Network("test_efficientnet"), folder)
    write_opinion(folder, "likely_real")
    return folder


@pytest.fixture
def judging(detector_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Make the weights that ship say one verdict of everything."""

    def judge(verdict: str) -> Path:
        folder = Path(shutil.copytree(detector_weights, tmp_path / verdict, dirs_exist_ok=True))
        write_opinion(folder, verdict)
        monkeypatch.setattr(detector_module, "SHIPPED", folder)
        return folder

    return judge


def write_opinion(folder: Path, verdict: str) -> None:
    """Write a card whose band of doubt lies where it must be for every score to get this verdict."""
    from sealreel.detector.weights import GRAPH, WEIGHTS, WeightsCard, sha256_of, write_card

    limit, threshold = {"likely_real": (1.0, 1.0), "inconclusive": (0.0, 1.0), "likely_synthetic": (0.0, 0.0)}[verdict]
    point = {"fpr": 0.01, "threshold": threshold, "ci95": [0.001, 0.03], "tpr": 0.5, "tpr_ci95": [0.4, 0.6]}
    head = {
        "calibration": {"slope": 1.0, "intercept": 0.0},
        "points": [point | {"n_real": 400, "n_synthetic": 90}],
        "real_limit": {"miss_rate": 0.05, "threshold": limit, "ci95": [0.0, 0.1], "n_synthetic": 90},
        "ece": 0.02,
    }
    card = WeightsCard(
        name="tiny",
        version="0",
        backbone="test_efficientnet",
        sha256=sha256_of(folder / WEIGHTS),
        graph_sha256=sha256_of(folder / GRAPH),
        licence="Apache-2.0",
        training_hash="0" * 64,
        trained_on={},
        heads={"full_synthetic": head},
        notes={},
    )
    write_card(folder, card)
