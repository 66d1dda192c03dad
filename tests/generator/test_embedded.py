"""The model that ships with the package: small, stock, and doing what its prompts say."""

import json
from pathlib import Path
from typing import Any

import pytest

np: Any = pytest.importorskip("numpy")
torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")
pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from sealreel.generator.loader import EMBEDDED, LoadedPipeline, load_pipeline  # noqa: E402 - after the check for torch
from sealreel.generator.world import COLOURS, Colour  # noqa: E402

EVALUATION: dict[str, Any] = json.loads((EMBEDDED / "evaluation.json").read_text())


@pytest.fixture(scope="module")
def pipeline() -> LoadedPipeline:
    torch.set_num_threads(1)
    return load_pipeline("embedded", device="cpu")


def generate(pipeline: LoadedPipeline, prompt: str, *, seed: int, steps: int | None = None) -> Any:
    """A clip, (25, 256, 256, 3) in [0, 1]."""
    card = pipeline.card
    return pipeline.pipe(
        prompt=prompt,
        num_frames=card.frames,
        height=card.height,
        width=card.width,
        frame_rate=int(card.fps or 0),
        num_inference_steps=steps or card.steps,
        guidance_scale=card.guidance_scale,
        generator=torch.Generator().manual_seed(seed),
        output_type="np",
    ).frames[0]


def middle_of(frame: Any, colour: Colour) -> tuple[float, float]:
    """Centre (x, y) in frame widths of the pixels that have the object's colour."""
    near = np.abs(frame - np.array(COLOURS[colour].rgb) / 255).sum(-1) < 0.45
    assert near.sum() > 200, "the object is not to be seen"
    rows, columns = np.nonzero(near)
    return float(columns.mean()) / frame.shape[1], float(rows.mean()) / frame.shape[0]


def test_the_directory_is_at_most_ten_megabytes() -> None:
    assert sum(path.stat().st_size for path in EMBEDDED.rglob("*") if path.is_file()) <= 10_000_000


def test_all_weights_are_safetensors() -> None:
    suffixes = {path.suffix for path in EMBEDDED.rglob("*") if path.is_file()}

    assert suffixes <= {".safetensors", ".json", ".md"}


def test_it_is_a_stock_pipeline_of_stock_parts() -> None:
    index = json.loads((EMBEDDED / "model_index.json").read_text())

    assert index["_class_name"] == "LTXPipeline"
    assert {part[0] for name, part in index.items() if not name.startswith("_")} == {"diffusers", "transformers"}


def test_a_seed_gives_the_same_pixels_twice(pipeline: LoadedPipeline) -> None:
    first, second = (generate(pipeline, "a blue star rises at night", seed=3, steps=2) for _ in range(2))

    assert np.array_equal(first, second)


def test_another_seed_gives_another_clip(pipeline: LoadedPipeline) -> None:
    first, second = (generate(pipeline, "a blue star rises at night", seed=seed, steps=2) for seed in (3, 4))

    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("prompt", "colour", "axis", "sign"),
    [
        ("a red ball moves to the left on a meadow", "red", 0, -1),
        ("a yellow box slides to the right at night", "yellow", 0, 1),
        ("a purple heart rises at night", "purple", 1, -1),
        ("an orange triangle falls over the sea", "orange", 1, 1),
    ],
)
def test_an_object_has_its_colour_and_moves_as_the_prompt_says(
    pipeline: LoadedPipeline, prompt: str, colour: Colour, axis: int, sign: int
) -> None:
    clip = generate(pipeline, prompt, seed=11)

    start, end = middle_of(clip[0], colour), middle_of(clip[-1], colour)

    assert clip.shape == (25, 256, 256, 3)
    assert sign * (end[axis] - start[axis]) > 0.15


def test_words_that_it_does_not_know_do_not_stop_it(pipeline: LoadedPipeline) -> None:
    clip = generate(pipeline, "Ünbekannt: a GREEN box, obviously, moves to the left!", seed=5)

    assert 0 < middle_of(clip[0], "green")[0] < 1


@pytest.mark.parametrize("row", EVALUATION["rows"], ids=lambda row: str(row["attribute"]))
def test_its_measured_accuracy_is_above_seventy_percent(row: dict[str, Any]) -> None:
    assert row["generated"]["low"] >= 0.7
    assert row["shuffled"]["high"] < row["generated"]["low"]


def test_the_model_card_states_the_measured_shares() -> None:
    card = Path(EMBEDDED / "README.md").read_text()

    for row in EVALUATION["rows"]:
        assert f"| {row['attribute']} | {100 * row['generated']['share']:.1f} %" in card
