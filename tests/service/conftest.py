"""An installation of its own for every test, driven as a user drives it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from typer.testing import CliRunner

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


def write_clip(path: Path, *, width: int = 256, height: int = 256, frames: int = 24, sound: bool = False) -> Path:
    """Write textured, moving H.264 (VP9 for webm and mkv), with a tone on request."""
    shade = np.random.default_rng(7)
    texture = np.repeat(np.repeat(shade.integers(40, 215, (64, 128, 3), dtype=np.uint8), 8, axis=0), 8, axis=1)
    webm = path.suffix in (".webm", ".mkv")
    with av.open(str(path), "w") as container:
        stream = cast("av.VideoStream", container.add_stream("libvpx-vp9" if webm else "libx264", rate=24))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"cpu-used": "8", "deadline": "realtime"} if webm else {"preset": "ultrafast", "crf": "18"}
        tone = cast("av.AudioStream", container.add_stream("aac", rate=48_000)) if sound else None
        for index in range(frames):
            rgb = np.ascontiguousarray(texture[:height, index * 4 : index * 4 + width])
            for packet in stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
        if tone is not None:
            _write_tone(container, tone, seconds=frames / 24)
    return path


def _write_tone(container: Any, tone: Any, *, seconds: float) -> None:
    for start in range(0, round(seconds * 48_000), 1024):
        wave = np.sin(np.arange(start, start + 1024) * 0.06).astype(np.float32)[None] * 0.2
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 48_000, start
        for packet in tone.encode(frame):
            container.mux(packet)
    for packet in tone.encode():
        container.mux(packet)


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of video that was made elsewhere; read only."""
    return write_clip(tmp_path_factory.mktemp("footage") / "footage.mp4")


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
    """The same second in a container that no manifest fits in."""
    return write_clip(tmp_path_factory.mktemp("webm") / "talk.webm")
