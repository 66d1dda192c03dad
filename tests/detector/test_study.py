"""The parts of a fit: what is drawn, what is cut, the first linear heads, the course."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of tensors' methods open)

from dataclasses import replace
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
from sealreel.detector.training.halves import halves_of  # noqa: E402
from sealreel.detector.training.kept import Kept, keep  # noqa: E402
from sealreel.detector.training.probe import described, fit_probe, logistic  # noqa: E402
from sealreel.detector.training.recipe import Course, FitRecipe  # noqa: E402
from sealreel.detector.training.shelf import Cut, Shelf  # noqa: E402
from sealreel.detector.training.study import Reader, Study  # noqa: E402
from sealreel.detector.training.teacher import Teacher  # noqa: E402
from sealreel.detector.training.views import Item, Kind  # noqa: E402


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
    cut = Cut([1, 0], [0, 0], np.array([[3, 5], [0, 8]]), np.array([False, True]))

    windows = Shelf(pool, "cpu").windows(cut).numpy()

    assert np.array_equal(windows[0], pool[1, 0, :, 3:227, 5:229])
    assert np.array_equal(windows[1], pool[0, 0, :, 0:224, 8:232][:, :, ::-1])


def test_half_of_a_step_is_real_and_a_step_repeats_itself() -> None:
    clips = Clips(ITEMS, FitRecipe(clips=8), views=4, seed=1)
    batch = clips.batch(3)

    assert batch.targets[:, 0].tolist() == [0.0] * 4 + [1.0] * 4
    assert clips.batch(3).cut.numbers == batch.cut.numbers != clips.batch(4).cut.numbers


def test_half_of_the_pictures_are_real_and_nobody_asks_whether_faces_are() -> None:
    faces = [item(20, "face", "mask"), item(21, "blend", "camera0")]
    pictures = Pictures([*ITEMS, *faces], FitRecipe(pictures=400, smoothing=0.0), windows=3, seed=0)
    picked = pictures.of(0)

    told = dict(zip(picked.numbers, np.where(picked.asked, picked.targets, -1.0).tolist(), strict=True))

    assert 0.4 < (picked.targets == 1.0).mean() < 0.55 > (picked.targets == 0.0).mean() > 0.4
    assert told == dict.fromkeys(range(6), 0.0) | dict.fromkeys(range(6, 10), 1.0) | {20: -1.0}
    assert 0.4 < picked.covered.any((1, 2)).mean() < 0.6
    assert set(picked.windows) == {0, 1, 2}
    assert pictures.of(0).numbers == picked.numbers != pictures.of(1).numbers


def test_what_is_laid_over_a_picture_brings_its_lesson_and_its_label(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network("test_efficientnet").eval()
    found, halves, recipe = kept(tmp_path, network)[0], halves_of(network), FitRecipe(pictures=8, patched=1.0)
    pictures = Pictures(ITEMS, recipe, windows=found.windows, seed=0)
    seen: list[Tensor] = []

    def late(maps: Tensor) -> list[Tensor]:
        seen.append(maps)
        return halves.late(maps)

    reader = Reader([*network.early_widths, network.width])
    Study(replace(halves, late=late), reader, found, pictures, recipe).loss(0)
    picked, side = pictures.of(0), seen[0].shape[-1]
    assert picked.covered.any((1, 2)).all()
    for place, (number, partner) in enumerate(zip(picked.numbers, picked.partners, strict=True)):
        covered = np.kron(picked.covered[place], np.ones((side // 7, side // 7))).astype(bool)
        for one, at in ((place, ~covered), (partner, covered)):
            window = picked.windows[one]
            maps = found.early[picked.numbers[one], window, found.taught(window), 0].astype(np.float32)
            maps = maps[:, :, ::-1] if picked.mirrored[one] else maps
            assert np.array_equal(seen[0][place].numpy()[:, at], maps[:, at]), (number, one)


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


def kept(folder: Path, network: Network, teacher: Teacher | None = None) -> tuple[Kept, np.ndarray]:
    """What is kept of the grey views and of clips that show the same."""
    pool, items = views(), [one for _, one in ITEMS]
    for number, one in enumerate(items):
        np.save(folder / one.frames.name, pool[number, 0])
    placed = [replace(one, frames=folder / one.frames.name) for one in items]
    return keep(network, teacher, pool, placed, folder, device="cpu"), pool


@pytest.mark.parametrize("backbone", ["test_efficientnet", "test_resnet"])
def test_the_halves_of_a_backbone_see_what_the_whole_sees(backbone: str) -> None:
    torch.manual_seed(0)
    network = Network(backbone).eval()
    halves, pictures = halves_of(network), torch.rand(2, 3, 224, 224)
    with torch.inference_mode():
        whole, both = network.features(pictures), halves.late(halves.early(pictures))

    assert [torch.equal(one, other) for one, other in zip(whole, both, strict=True)] == [True] * 3


def test_the_early_half_does_not_learn() -> None:
    network = Network("test_efficientnet")
    network.requires_grad_(requires_grad=True)
    halves = halves_of(network)
    seen = halves.late(halves.early(torch.rand(1, 3, 224, 224)))
    torch.stack([one.mean() for one in seen]).sum().backward()

    assert network.backbone.conv_stem.weight.grad is None  # type: ignore[union-attr]
    assert all(one.grad is not None for one in halves.parameters())


def test_what_was_kept_is_not_worked_out_again(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, told = Network("test_efficientnet").eval(), list[tuple[int, int]]()
    first, pool = kept(tmp_path, network)
    items = [replace(one, frames=tmp_path / one.frames.name) for _, one in ITEMS]
    again = keep(network, None, pool, items, tmp_path, device="cpu", on_item=lambda done, of: told.append((done, of)))

    assert first.early.shape[:4] == (10, 2, 2, 2)  # items; a view and the clip itself; frames; streams
    assert np.array_equal(first.early, again.early)
    assert not told


def test_the_probe_tells_coarse_from_fine(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network("test_efficientnet").eval()
    shelf = Shelf(views(), "cpu")
    fit_probe(network, kept(tmp_path, network)[0], ITEMS, FitRecipe(probe_residual=0.0))
    cut = Cut(list(range(10)), [0] * 10, np.full((10, 2), 4), np.zeros(10, np.bool_))
    with torch.inference_mode():
        logits = network(shelf.windows(cut))[0][:, 0]

    assert logits[6:].min() > logits[:6].max()
    assert not network.state_dict()["spots.1.weight"].any()  # a residual that is held back wholly is not read


def test_the_first_head_says_the_mean_of_probe_and_study(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network("test_efficientnet").eval()
    found, _ = kept(tmp_path, network)
    reader, recipe = Reader([*network.early_widths, network.width]), FitRecipe(studied=0.25)
    nn.init.normal_(reader.label.weight)
    nn.init.ones_(reader.label.bias)
    window = torch.randint(0, 256, (1, 8, 224, 224, 3), dtype=torch.uint8)
    fit_probe(network, found, ITEMS, recipe)
    with torch.inference_mode():
        alone = network(window)[1][0]
    fit_probe(network, found, ITEMS, recipe, studied=reader.label)
    with torch.inference_mode():
        both = network(window)[1][0]
        read = reader.judged([one[0] for one in network.look(window.permute(0, 1, 4, 2, 3).float() / 255.0)])

    torch.testing.assert_close(both[:, 0], 0.75 * alone[:, 0] + 0.25 * read, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(both[:, 1], alone[:, 1])


def test_the_probe_says_the_same_of_kept_maps_as_the_network_of_pixels(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network("test_efficientnet").eval()
    found, pool = kept(tmp_path, network)
    pictures, rest = described(network, found, [3])
    window = torch.from_numpy(pool[3, 0, :, 4:228, 4:228].copy()).permute(0, 3, 1, 2)[None].float() / 255.0
    with torch.inference_mode():
        looked = [one.unflatten(1, (1, 8))[:, 0, [1, 6]].mean((1, 3, 4)) for one in network.look(window)]

    for stream, table in enumerate((pictures, rest)):
        torch.testing.assert_close(table[0], torch.cat([one[stream] for one in looked]), atol=2e-2, rtol=2e-2)


def test_a_study_without_a_teacher_learns_the_label(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Network("test_efficientnet").eval()
    found, halves = kept(tmp_path, network)[0], halves_of(network)
    reader, recipe = Reader([*network.early_widths, network.width]), FitRecipe(label=1.0, pictures=8)
    study = Study(halves, reader, found, Pictures(ITEMS, recipe, windows=found.windows, seed=0), recipe)
    before = study.loss(0).item()
    halves.train(learns=True)
    course = Course(steps=20, warm_up=0.0, average=0.0)
    groups = [(reader.parameters(), 0.05), (halves.parameters(), 3e-3)]
    learn(nn.ModuleList([network, reader]), groups, course, loss_of=study.loss, state=tmp_path / "study.pt")

    assert study.loss(0).item() < 0.7 * before


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
    reader = Reader([4, 8])
    places, wholes = torch.randn(4, 384, 7, 7), torch.randn(4, 2304)
    reader.measure(places, wholes)
    for one in (*reader.place.parameters(), *reader.whole.parameters()):
        nn.init.zeros_(one)
    features = [torch.zeros(4, 4, 14, 14), torch.zeros(4, 8, 7, 7)]

    assert reader.missed(features, places, wholes).item() == pytest.approx(1.0, abs=0.15)
