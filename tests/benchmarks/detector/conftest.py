"""A data set and a training run in small: drawn clips, and fold models with random weights."""

import csv
import json
from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from sealreel.benchmarks.watermark.codecs import h264
from sealreel.benchmarks.watermark.footage import Footage, write_footage

BACKBONE = "test_efficientnet"
"""timm's own for tests: 0.4 million parameters."""
SOURCES = {"real": ("park", "street", "kitchen", "robot"), "ai": ("dream", "diffuse", "imagine", "latent")}
CLIPS = 3
"""Of each source."""


def drawn(seed: int, *, synthetic: bool, frames: int = 10) -> list[np.ndarray]:
    """A few frames of a moving texture; synthetic ones are smooth and drift slowly."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(0, 255, (24 if synthetic else 96, 32 if synthetic else 128, 3), dtype=np.uint8)
    large = np.kron(ground, np.ones((8 if synthetic else 2, 8 if synthetic else 2, 1), np.uint8))
    return [np.roll(large, number * (1 if synthetic else 3), axis=1) for number in range(frames)]


def write_clip(path: Path, seed: int, *, synthetic: bool) -> Path:
    """One clip in the data set's form."""
    return write_footage(Footage(tuple(drawn(seed, synthetic=synthetic)), Fraction(8)), path, h264(21))


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four clips of four generators and four real sources, one of each marked `evaluate`, and three faces."""
    folder = tmp_path_factory.mktemp("data")
    lines = list(_clips(folder))
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return folder


def _clips(folder: Path) -> Iterator[dict[str, str]]:
    seed = 0
    for label, sources in (*SOURCES.items(), ("face", ("swap",))):
        for place, source in enumerate(sources):
            for number in range(CLIPS):
                seed += 1
                name = f"{source}{number}.mp4"
                write_clip(folder / name, seed, synthetic=label != "real")
                yield {
                    "file": name,
                    "label": "real" if label == "real" else "ai",
                    "head": {"real": "", "ai": "full_synthetic", "face": "face_manipulation"}[label],
                    "source": source,
                    "use": "evaluate" if place == 3 else "train",
                    "original_codec": "h264" if number else "vp9",
                    "original_width": "256",
                    "original_height": "192",
                    "original_fps": "8" if label == "ai" else "30",
                }


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with two folds, their models untrained."""
    run = tmp_path_factory.mktemp("run")
    folds = [
        {"number": 1, "generators": ["dream", "swap"], "real_sources": ["park"]},
        {"number": 2, "generators": ["diffuse", "imagine"], "real_sources": ["street", "kitchen"]},
    ]
    (run / "folds.json").write_text(json.dumps({"seed": 0, "folds": folds}))
    for fold in folds:
        folder = run / "folds" / str(fold["number"])
        folder.mkdir(parents=True)
        write_weights(folder, seed=int(str(fold["number"])))
    return run


def write_weights(folder: Path, *, seed: int, trained_on: dict[str, int] | None = None) -> Path:
    """Random weights of a small network, as training writes them."""
    torch = pytest.importorskip("torch")
    for name in ("timm", "onnx", "onnxruntime"):  # found, not imported: timm needs the shim first
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    from sealreel.detector.export import export
    from sealreel.detector.network import Network
    from sealreel.detector.weights import GRAPH, WEIGHTS, WeightsCard, sha256_of, write_card

    torch.manual_seed(seed)
    export(Network(BACKBONE), folder)
    write_card(
        folder,
        WeightsCard(
            name="test",
            version="0",
            backbone=BACKBONE,
            sha256=sha256_of(folder / WEIGHTS),
            graph_sha256=sha256_of(folder / GRAPH),
            licence="Apache-2.0",
            training_hash="0" * 64,
            trained_on=trained_on or {"robot": 3},
            heads={},
            notes={},
        ),
    )
    return folder
