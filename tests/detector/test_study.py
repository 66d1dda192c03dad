"""The parts of a fit: what is drawn, what is cut, the first linear heads, the course, the teacher."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of tensors' methods open)

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from torch import Tensor, nn  # noqa: E402

from sealreel.detector.network import Network  # noqa: E402
from sealreel.detector.training.course import learn  # noqa: E402
from sealreel.detector.training.draws import Clips, Numbered, Pictures, shares  # noqa: E402
from sealreel.detector.training.fit import between  # noqa: E402
from sealreel.detector.training.probe import fit_probe, logistic  # noqa: E402
from sealreel.detector.training.recipe import Course, FitRecipe  # noqa: E402
from sealreel.detector.training.shelf import Cut, Shelf  # noqa: E402
from sealreel.detector.training.study import Reader  # noqa: E402
from sealreel.detector.training.teacher import load_teacher  # noqa: E402
from sealreel.detector.training.views import Item, Kind  # noqa: E402
from sealreel.errors import ModelUnavailable  # noqa: E402


def item(number: int, kind: Kind, source: str) -> Numbered:
    return number, Item(frames=Path(f"{number}.npy"), kind=kind, source=source, group=str(number), clip=number)


ITEMS = [item(n, "real", f"camera{n % 2}") for n in range(6)] + [item(n, "generated", "maker") for n in range(6, 10)]


def views(items: int = 10, *, seed: int = 0) -> np.ndarray:
    """Grey views, those of the later items coarser; one view each."""
    rng = np.random.default_rng(seed)
    pool = np.zeros((items, 1, 8, 232, 232, 3), np.uint8)
    for number in range(items):
        side = 8 if number >= 6 else 232
        noise = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
        pool[number, 0] = np.kron(noise, np.ones((232 // side, 232 // side, 1), np.uint8))
    return pool


def test_a_window_is_cut_where_it_was_asked_for() -> None:
    pool = views(2)
    cut = Cut([1, 0], [0, 0], np.array([[3, 5], [0, 8]]), np.array([False, True]), [2, 0], 3)

    windows = Shelf(pool, "cpu").windows(cut).numpy()

    assert np.array_equal(windows[0], pool[1, 0, 2:5, 3:227, 5:229])
    assert np.array_equal(windows[1], pool[0, 0, 0:3, 0:224, 8:232][:, :, ::-1])


def test_half_of_a_step_is_real_and_a_step_repeats_itself() -> None:
    clips = Clips(ITEMS, FitRecipe(clips=8), views=4, seed=1)
    batch = clips.batch(3)

    assert batch.targets[:, 0].tolist() == [0.0] * 4 + [1.0] * 4
    assert clips.batch(3).cut.numbers == batch.cut.numbers != clips.batch(4).cut.numbers


def test_pictures_have_a_frame_before_and_after_them() -> None:
    cut = Pictures(ITEMS, count=50, views=2, seed=0).cut(0)

    assert cut.frames == 3
    assert cut.starts is not None
    assert max(cut.starts) <= 5


def test_each_side_of_a_head_counts_one_half() -> None:
    weights = shares([one for _, one in ITEMS])

    assert weights[:6, 0].sum() == pytest.approx(0.5)
    assert weights[6:, 0].sum() == pytest.approx(0.5)
    assert not weights[:, 1][6:].any()  # generated clips are not asked about faces


def test_logistic_regression_finds_the_line_and_the_penalty_shortens_it() -> None:
    table = torch.tensor([[-1.0, 0.3], [-0.8, -0.3], [0.9, 0.3], [1.1, -0.3]])
    targets = torch.tensor([[0.0], [0.0], [1.0], [1.0]])
    weights = torch.full((4, 1), 0.25)
    loose, bias = logistic(table, targets, weights, penalty=0.01)
    tight, _ = logistic(table, targets, weights, penalty=1.0)

    assert (((table @ loose + bias) > 0) == targets.bool()).all()
    assert 0 < tight[0] < loose[0]


def test_the_probe_tells_coarse_from_fine_and_leaves_the_residual_out() -> None:
    torch.manual_seed(0)
    network = Network("test_efficientnet").eval()
    shelf = Shelf(views(), "cpu")
    fit_probe(network, shelf, ITEMS, views=1, penalty=0.5)
    cut = Cut(list(range(10)), [0] * 10, np.full((10, 2), 4), np.zeros(10, np.bool_))
    with torch.inference_mode():
        logits = network(shelf.windows(cut))[0][:, 0]

    assert logits[6:].min() > logits[:6].max()
    assert not network.state_dict()["spots.1.weight"].any()


def test_weights_between_two_ends() -> None:
    first, last = {"w": torch.tensor([0.0])}, {"w": torch.tensor([4.0])}

    assert [between(first, last, share)["w"].item() for share in (0.0, 0.5, 1.0)] == [0.0, 2.0, 4.0]


def test_a_course_that_was_broken_off_ends_as_if_it_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taught(state: Path, stop_at: int | None = None) -> Tensor:
        torch.manual_seed(0)
        line = nn.Linear(3, 1)

        def loss_of(step: int) -> Tensor:
            if step == stop_at:
                raise KeyboardInterrupt
            torch.manual_seed(step)
            batch = torch.randn(8, 3)
            return (line(batch)[:, 0] - batch.sum(1)).square().mean()

        learn(line, [(line.parameters(), 0.1)], Course(steps=6), loss_of=loss_of, state=state)
        return line.weight.detach()

    whole = taught(tmp_path / "whole.pt")
    monkeypatch.setattr("sealreel.detector.training.course.KEEP_EVERY_SECONDS", -1.0)
    with pytest.raises(KeyboardInterrupt):
        taught(tmp_path / "broken.pt", stop_at=4)

    torch.testing.assert_close(taught(tmp_path / "broken.pt"), whole)


def test_a_student_that_tells_the_mean_misses_all_that_varies() -> None:
    reader = Reader(width=8)
    places, wholes = torch.randn(4, 2304, 7, 7), torch.randn(4, 2304)
    reader.measure(places, wholes)
    for one in (*reader.place.parameters(), *reader.whole.parameters()):
        nn.init.zeros_(one)

    assert reader.missed(torch.zeros(4, 8, 7, 7), (places, wholes)).item() == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("content", [None, b"not a network"])
def test_a_file_that_is_no_teacher_is_named(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "clip.onnx"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ModelUnavailable, match=r"clip\.onnx"):
        load_teacher(file)
