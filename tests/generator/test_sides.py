"""Left and right: readers that know a clip from its mirror image, clips that are turned over where words want it."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares many of its functions without types.

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

np: Any = pytest.importorskip("numpy")
torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")
pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from sealreel.errors import ModelUnavailable  # noqa: E402 - after the check for torch
from sealreel.generator.loader import EMBEDDED, load_pipeline  # noqa: E402
from sealreel.generator.sampling import Sampling  # noqa: E402
from sealreel.generator.sides import FILE, ClipsReader, Sides, WordsReader, asked_of, goes_wrong, load_sides  # noqa: E402
from sealreel.generator.training.config import smoke_config  # noqa: E402
from sealreel.generator.training.sides import train_sides  # noqa: E402
from sealreel.generator.windows import film  # noqa: E402
from sealreel.generator.world import scene_of  # noqa: E402
from sealreel.generator.world.packing import pack  # noqa: E402
from sealreel.generator.world.painting import render  # noqa: E402

torch.set_num_threads(1)
HOW = Sampling(frames=17, height=64, width=64, rate=16.0, steps=1, guidance_scale=1.0)
_SEEDS = range(2_100_000_000, 2_100_000_400)
"""Scenes that nothing learned from."""


@pytest.fixture(scope="module")
def sides() -> Sides:
    tokenizer = load_pipeline("embedded", device="cpu").pipe.tokenizer
    found = load_sides(EMBEDDED, tokenizer)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("prompt", "side"),
    [
        ("a red ball rolls to the left on a meadow", -1),
        ("a red ball rolls to the right on a meadow", 1),
        ("a green robot walks from the right to the left", -1),
        ("une balle rouge roule vers la gauche", -1),
        ("una pelota azul rueda hacia la derecha", 1),
        ("a red ball on a beach", 0),
        ("a red ball in a room, the camera pans to the left", 0),
    ],
)
def test_words_say_a_side_or_none(sides: Sides, prompt: str, side: int) -> None:
    assert asked_of(sides, [prompt]).tolist() == [side]


def test_clips_that_it_has_never_seen_are_read_right(sides: Sides) -> None:
    scenes = [scene for seed in _SEEDS if (scene := scene_of(seed)).direction][:48]
    clips = render(pack(scenes, start=[0.0] * len(scenes)), side=64).permute(0, 1, 3, 4, 2)
    pixels = (clips.float() * 255).round().to(torch.uint8).numpy()

    wrong = goes_wrong(sides, ["a ball rolls to the right"] * len(scenes), pixels)

    right = sum(bool(turn) == (scene.direction == "left") for turn, scene in zip(wrong, scenes, strict=True))
    assert right >= 43  # 90 %: chance reaches that once in 10^8 times


def test_a_mirror_image_has_the_opposite_side() -> None:
    torch.manual_seed(0)
    reader, clips = ClipsReader(), torch.rand(2, 13, 3, 64, 64)

    assert torch.allclose(reader(clips), -reader(clips.flip(-1)), atol=1e-5)


class Fixed(WordsReader):
    """Is sure of one answer."""

    def __init__(self, answer: int) -> None:
        super().__init__(50)
        self.fixed = answer

    def forward(self, ids: Any) -> Any:
        return 20.0 * torch.nn.functional.one_hot(torch.full((len(ids),), self.fixed), 3).float()


@pytest.mark.parametrize("frames", [17, 33])
def test_a_clip_that_goes_the_wrong_way_is_turned_over_whole(models: Any, frames: int) -> None:
    pipe = load_pipeline(str(models("windows")), device="cpu").pipe
    torch.manual_seed(1)
    reader = ClipsReader()

    def filmed(sides: Sides | None, **options: Any) -> Any:
        rngs = [torch.Generator().manual_seed(3)]
        parts = film(pipe, ["a ball"], HOW, frames=frames, overlap=9, rngs=rngs, sides=sides, **options)
        return np.concatenate(list(parts), axis=1)

    as_drawn = filmed(None)
    left, right, neither = (filmed(Sides(Fixed(answer).eval(), reader, pipe.tokenizer)) for answer in (1, 2, 0))

    assert np.array_equal(neither, as_drawn)
    assert np.array_equal(left, right[:, :, :, ::-1])
    assert sum(np.array_equal(clip, as_drawn) for clip in (left, right)) == 1


def test_a_clip_that_starts_from_a_picture_is_never_turned_over(models: Any) -> None:
    pipe = load_pipeline(str(models("windows")), device="cpu").pipe
    torch.manual_seed(1)
    reader, first = ClipsReader(), np.zeros((1, 1, 64, 64, 3), np.uint8)

    def filmed(answer: int) -> Any:
        sides = Sides(Fixed(answer).eval(), reader, pipe.tokenizer)
        rngs = [torch.Generator().manual_seed(3)]
        return next(film(pipe, ["a ball"], HOW, frames=17, overlap=9, rngs=rngs, first=first, sides=sides))

    left, right = filmed(1), filmed(2)

    assert np.array_equal(left, right)


def test_a_model_without_readers_has_none(tmp_path: Path) -> None:
    assert load_sides(tmp_path, None) is None


@pytest.mark.parametrize("junk", [b"", b"not tensors"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes(junk)

    with pytest.raises(ModelUnavailable, match="left and right"):
        load_sides(tmp_path, None)


def test_tensors_of_another_shape_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    (tmp_path / FILE).parent.mkdir()
    save_file({"words.tokens.weight": torch.zeros(5, 32), "clips.layers.0.weight": torch.zeros(16, 1)}, tmp_path / FILE)

    with pytest.raises(ModelUnavailable, match="left and right"):
        load_sides(tmp_path, None)


def test_training_is_not_repeated(tmp_path: Path) -> None:
    heard: list[str] = []
    config = replace(smoke_config(tmp_path), stages=("sides",))

    train_sides(config, on_progress=lambda event: heard.append(event.text))
    before = config.checkpoint("sides").read_bytes()
    train_sides(config, on_progress=lambda event: heard.append(event.text))

    assert config.checkpoint("sides").read_bytes() == before
    assert len(heard) == 1
    assert "of captions" in heard[0]
