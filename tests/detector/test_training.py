"""Training, in small: every stage for a step or two."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of tensors' methods open)

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from sealreel.detector.canon import Frames  # noqa: E402
from sealreel.detector.training.autoencoders import (  # noqa: E402
    Autoencoder,
    load_autoencoder,
    save_autoencoder,
    train_autoencoder,
)
from sealreel.detector.training.dataset import Row  # noqa: E402
from sealreel.detector.training.recipe import FINALS, SMOKE, AutoencoderRecipe, Final  # noqa: E402
from sealreel.detector.training.reconstruction import (  # noqa: E402
    load_reconstructor,
    ours,
    reconstruct,
    with_low_band_of,
)
from sealreel.detector.training.views import view_of  # noqa: E402
from sealreel.errors import ModelUnavailable, SettingsInvalid  # noqa: E402

TAEF2 = Path(__file__).parents[2] / "../shared/data/taef2"
EMBEDDED = Path(__file__).parents[2] / "generator/embedded"


def drawn(seed: int, count: int = 10, side: int = 96) -> Frames:
    """Smooth noise that drifts."""
    import cv2

    noise = np.random.default_rng(seed).integers(0, 256, (side + count, side + 8, 3), dtype=np.uint8)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3.0))
    bright = np.clip((smooth.astype(np.int16) - 127) * 6 + 127, 0, 255).astype(np.uint8)
    return np.stack([bright[number : number + side, : side + 8] for number in range(count)])


@pytest.mark.parametrize("final", FINALS)
def test_an_autoencoder_keeps_the_shape_and_comes_back_from_disk(final: Final, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Autoencoder(final).eval()
    save_autoencoder(network, tmp_path / final)

    with torch.inference_mode():
        clip = torch.rand(1, 6, 3, 32, 40)
        made = load_autoencoder(tmp_path / final)(clip)

    assert made.shape == clip.shape
    torch.testing.assert_close(made, network(clip), atol=2e-2, rtol=0.05)


def test_an_autoencoder_learns(tmp_path: Path) -> None:
    losses: list[float] = []
    recipe = AutoencoderRecipe(steps=30, crops=2, side=32, rate=2e-3)

    train_autoencoder(
        "nearest",
        [np.full((8, 40, 40, 3), 220, np.uint8)],
        recipe,
        seed=0,
        device="cpu",
        on_step=lambda _step, loss: losses.append(loss),
    )

    assert losses[-1] < 0.5 * losses[0]


def test_the_causal_one_sees_no_later_frame() -> None:
    torch.manual_seed(0)
    network = Autoencoder("causal").eval()
    clip = torch.rand(1, 8, 3, 16, 16)
    other = clip.clone()
    other[:, 6:] = 0.0
    with torch.inference_mode():
        # one latent stands for four frames, so that only earlier groups of four are sure to be untouched
        torch.testing.assert_close(network(clip)[:, :2], network(other)[:, :2])


def test_a_reconstruction_shows_the_same_at_the_same_size() -> None:
    clip = drawn(1, side=90)
    by = ours(Autoencoder("shuffle").eval(), "shuffle", device="cpu")

    made = reconstruct(clip, by, np.random.default_rng(0))

    assert made.shape == clip.shape
    assert not np.array_equal(made, clip)


def test_the_low_band_of_a_reconstruction_can_be_the_originals() -> None:
    clip, made = drawn(2), drawn(3)
    mixed = with_low_band_of(clip, np.clip(made, 60, 190)).astype(np.float32)
    means = mixed.reshape(10, 48, 2, 52, 2, 3).mean((2, 4)) - clip.reshape(10, 48, 2, 52, 2, 3).mean((2, 4))

    assert np.median(np.abs(means)) < 0.5  # but for rounding, and where a byte is full


def test_the_embedded_models_autoencoder_is_taken(tmp_path: Path) -> None:
    pytest.importorskip("diffusers")
    clip = drawn(4, count=3)

    assert reconstruct(clip, load_reconstructor(EMBEDDED), np.random.default_rng(0)).shape == clip.shape


def test_taef2_gives_a_near_copy() -> None:
    if not TAEF2.is_dir():
        pytest.skip(f"{TAEF2} is absent")
    clip = drawn(5, count=2, side=64)

    made = reconstruct(clip, load_reconstructor(TAEF2), np.random.default_rng(2))

    assert np.abs(made.astype(np.int16) - clip).mean() < 12


def test_a_folder_without_an_autoencoder_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no autoencoder; expected"):
        load_reconstructor(tmp_path)


def test_a_view_of_a_clip_and_of_its_reconstruction_go_through_the_same() -> None:
    clip = drawn(6)
    darker = (clip // 2).astype(np.uint8)

    one, other = (view_of(frames, np.random.default_rng([0, 7, 1])) for frames in (clip, darker))

    assert one.shape == other.shape == (8, 232, 232, 3)
    correlation: Any = np.corrcoef(one.ravel(), other.ravel())
    assert correlation[0, 1] > 0.8


def test_a_run_goes_from_clips_to_weights_and_is_not_done_twice(tmp_path: Path, write: Callable[..., Path]) -> None:
    from sealreel.detector.training.train import DetectorTraining, train_detector
    from sealreel.detector.weights import check_weights, read_card

    data = tmp_path / "data"
    data.mkdir()
    lines = ["file,label,source,group,use"]
    for number in range(8):
        name, real = f"{number}.mp4", number % 2 == 0
        write(data / name, list(drawn(number)))
        lines.append(
            f"{name},{'real' if real else 'ai'},{'camera' if real else 'maker'}{'abcdefgh'[number]},{number},train"
        )
    (data / "index.csv").write_text("\n".join(lines) + "\n", "utf-8")
    recipe = replace(SMOKE, backbone="test_efficientnet", autoencoders=AutoencoderRecipe(steps=1, crops=1, side=32))
    training = DetectorTraining(data=data, out=tmp_path / "run", recipe=recipe, jobs=2)

    model = train_detector(training)

    check_weights(model, read_card(model))
    folds = json.loads((tmp_path / "run" / "folds.json").read_text("utf-8"))["folds"]
    assert [fold["number"] for fold in folds] == [1, 2]
    stages: list[str] = []
    assert train_detector(training, on_progress=lambda stage, _text: stages.append(stage)) == model
    assert not {"fold 1", "fold 2", "final", "autoencoders"} & set(stages)


def test_clips_that_are_given_beside_the_data_train_in_every_fold_and_are_judged_in_none(
    tmp_path: Path, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sealreel.detector.training import train
    from sealreel.detector.training.calibrate import calibrated_heads
    from sealreel.detector.training.train import DetectorTraining, train_detector
    from sealreel.detector.weights import read_card

    def folder(name: str, sources: Sequence[tuple[str, str]]) -> Path:
        (tmp_path / name).mkdir()
        lines = ["file,label,source"]
        for number, (label, source) in enumerate(sources):
            write(tmp_path / name / f"{name}{number}.mp4", list(drawn(number)))
            lines.append(f"{name}{number}.mp4,{label},{source}")
        (tmp_path / name / "index.csv").write_text("\n".join(lines) + "\n", "utf-8")
        return tmp_path / name

    data = folder(
        "data", [("real" if n % 2 else "ai", f"{'camera' if n % 2 else 'maker'}{'abcd'[n // 2]}") for n in range(8)]
    )
    also = folder("also", [("ai", "ours"), ("real", "renders"), ("ai", "makera")])  # the last, a source of the data too
    (also / "also2.mp4").rename(also / "data0.mp4")  # named as a clip that is judged
    (also / "index.csv").write_text((also / "index.csv").read_text("utf-8").replace("also2", "data0"), "utf-8")
    recipe = replace(SMOKE, backbone="test_efficientnet", autoencoders=AutoencoderRecipe(steps=1, crops=1, side=32))
    run = tmp_path / "run"
    calibrated: list[Path] = []

    def seen(rows: Sequence[Row], held: Mapping[int, Mapping[str, Sequence[float]]]) -> dict[str, Any]:
        calibrated.extend(row.path for row in rows if any(row.path.name in fold for fold in held.values()))
        return calibrated_heads(rows, held)

    monkeypatch.setattr(train, "calibrated_heads", seen)
    train_detector(DetectorTraining(data=data, out=run, also=(also,), recipe=recipe, jobs=1))

    assert sorted(calibrated) == sorted(data / f"data{number}.mp4" for number in range(8))
    judged = [set(json.loads((run / f"folds/{number}/held_out.json").read_text("utf-8"))) for number in (1, 2)]
    assert judged[0] | judged[1] == {f"data{number}.mp4" for number in range(8)}
    for weights in ("folds/1", "folds/2", "model"):
        assert {"ours", "renders"} <= set(read_card(run / weights).trained_on), weights


def test_a_single_generator_cannot_be_held_out(tmp_path: Path, write: Callable[..., Path]) -> None:
    from sealreel.detector.training.train import DetectorTraining, train_detector

    lines = ["file,label,source"]
    for number in range(4):
        write(tmp_path / f"{number}.mp4", list(drawn(number, count=2)))
        lines.append(f"{number}.mp4,{'real' if number % 2 else 'ai'},{'camera' if number % 2 else 'maker'}")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n", "utf-8")
    recipe = replace(SMOKE, backbone="test_efficientnet")

    with pytest.raises(SettingsInvalid, match="fold 1 leaves 0"):
        train_detector(DetectorTraining(data=tmp_path, out=tmp_path / "run", recipe=recipe, jobs=1))
