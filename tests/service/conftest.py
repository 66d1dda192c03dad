"""An installation of its own for every test, driven as a user drives it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from typer.testing import CliRunner

import sealreel.generator
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
