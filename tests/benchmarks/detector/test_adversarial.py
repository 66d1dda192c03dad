"""Adversaries stay within their bound, and reach further the more they look."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch")

from sealreel.benchmarks.detector.adversarial import KINDS, Attack, Kind, perturbed, spread  # noqa: E402
from sealreel.benchmarks.detector.soft_codec import soft_round, through_soft_codec  # noqa: E402
from sealreel.detector.network import Network  # noqa: E402
from sealreel.detector.training.dataset import Label, Row  # noqa: E402

SIDE = 64
"""The network is convolutional: small windows will do."""
SYNTHETIC = np.array([True, False])


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(0)
    return Network("test_efficientnet").eval().requires_grad_(requires_grad=False)


@pytest.fixture(scope="module")
def windows() -> NDArray[np.uint8]:
    rng = np.random.default_rng(0)
    ground = np.asarray(cv2.resize(rng.integers(0, 255, (16, 16, 3), dtype=np.uint8), (SIDE, SIDE)), dtype=np.uint8)
    moving = np.stack([np.roll(ground, 2 * number, axis=1) for number in range(8)])
    return np.stack([moving, 255 - moving]).astype(np.uint8)


def logits(network: Network, windows: NDArray[np.uint8]) -> NDArray[np.float64]:
    with torch.inference_mode():
        return np.asarray(network(torch.from_numpy(windows))[0][:, 0].double().numpy())


@pytest.fixture(scope="module")
def moved(network: Network, windows: NDArray[np.uint8]) -> dict[Kind, NDArray[np.uint8]]:
    """The windows after each kind of attack, two levels strong."""
    return {kind: perturbed(network, windows, SYNTHETIC, Attack(kind, 2), "cpu") for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_no_pixel_moves_further_than_allowed(
    moved: dict[Kind, NDArray[np.uint8]], windows: NDArray[np.uint8], kind: Kind
) -> None:
    assert moved[kind].dtype == np.uint8
    assert np.abs(moved[kind].astype(int) - windows).max() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_synthetic_windows_go_down_and_real_ones_up(
    network: Network, moved: dict[Kind, NDArray[np.uint8]], windows: NDArray[np.uint8], kind: Kind
) -> None:
    change = logits(network, moved[kind]) - logits(network, windows)

    assert change[0] < 0 < change[1]


def test_twenty_looks_reach_further_than_one(
    network: Network, moved: dict[Kind, NDArray[np.uint8]], windows: NDArray[np.uint8]
) -> None:
    before = logits(network, windows)
    once, often = (np.abs(logits(network, moved[kind]) - before) for kind in ("FGSM", "PGD-20"))

    assert (often > once).all()


def test_an_attack_is_the_same_each_time(
    network: Network, moved: dict[Kind, NDArray[np.uint8]], windows: NDArray[np.uint8]
) -> None:
    again = perturbed(network, windows, SYNTHETIC, Attack("PGD-20", 2), "cpu")

    assert np.array_equal(again, moved["PGD-20"])


@pytest.mark.parametrize("quality", [50, 80])
def test_the_soft_codec_is_close_to_jpeg(windows: NDArray[np.uint8], quality: int) -> None:
    frame = np.repeat(windows[0, 0, :, :, :1], 3, axis=2)  # grey: decoders enlarge colours each in their own way
    _, stored = cv2.imencode(".jpg", frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    jpeg = np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR))[..., ::-1].astype(np.float64)
    soft = through_soft_codec(torch.from_numpy(frame).permute(2, 0, 1)[None].float() / 255, quality=quality)
    ours = soft[0].permute(1, 2, 0).numpy() * 255

    assert np.abs(ours - jpeg).mean() < 0.4 * np.abs(frame - jpeg).mean()


def test_gradients_pass_the_soft_codec() -> None:
    picture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)).requires_grad_()
    (slope,) = torch.autograd.grad(through_soft_codec(picture, quality=70).square().sum(), picture)

    assert (slope != 0).double().mean() > 0.9


def test_soft_rounding_is_never_far_from_rounding() -> None:
    values = torch.linspace(-3, 3, 1001)

    assert (soft_round(values) - values.round()).abs().max() <= 0.125


def test_sides_that_hold_no_whole_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="divisible by 16"):
        through_soft_codec(torch.zeros(1, 3, 24, 24), quality=70)


def test_attacked_clips_are_of_many_sources() -> None:
    def row(label: Label, source: str, number: int) -> Row:
        name = Path(f"{source}{number}.mp4")
        head = "full_synthetic" if label == "ai" else None
        return Row(name, label, head, source, name.name, "train", "", "", "", 0, 0, 0.0)

    rows = [
        row(label, f"{label}{place}", number) for label in ("real", "ai") for place in range(3) for number in range(4)
    ]

    assert [one.source for one in spread(rows, 3)] == ["real0", "real1", "real2", "ai0", "ai1", "ai2"]
