"""The model that ships with the package: small, stock, and doing what its prompts say."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

np: Any = pytest.importorskip("numpy")
torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")
pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from sealreel.generator import GenerationConfig  # noqa: E402 - after the check for torch
from sealreel.generator.footage import shoot  # noqa: E402
from sealreel.generator.loader import EMBEDDED, LoadedPipeline, load_pipeline  # noqa: E402
from sealreel.generator.weights import weights_sha256  # noqa: E402

REQUEST = GenerationConfig(prompt="", output=Path("out.mp4"), release=cast("Any", None))


@cache
def pipeline() -> LoadedPipeline:
    torch.set_num_threads(1)
    return load_pipeline("embedded", device="cpu")


@cache
def clip(prompt: str, *, seed: int = 11, steps: int | None = None) -> Any:
    """A clip, (frames, height, width, 3), in 0–1."""
    return shoot(pipeline(), replace(REQUEST, prompt=prompt, steps=steps), seed=seed, frames=None).rgb / 255


def redness(frames: Any) -> Any:
    """How much more red than anything else each pixel is; blueness for frames whose channels are turned round."""
    return np.clip(frames[..., 0] - frames[..., 1:].max(axis=-1), 0, None)


def middle_of(weights: Any) -> float:
    """Where the weights of a picture are, left 0 to right 1."""
    columns = weights.sum(axis=0)
    return float((columns * np.arange(len(columns))).sum() / columns.sum() / len(columns))


def test_the_directory_is_at_most_twenty_four_megabytes() -> None:
    assert sum(path.stat().st_size for path in EMBEDDED.rglob("*") if path.is_file()) <= 24_000_000


def test_all_weights_are_safetensors() -> None:
    suffixes = {path.suffix for path in EMBEDDED.rglob("*") if path.is_file()}

    assert suffixes <= {".safetensors", ".json", ".md", ".png"}


def test_it_is_a_stock_pipeline_of_stock_parts() -> None:
    index = json.loads((EMBEDDED / "model_index.json").read_text())

    assert index["_class_name"] == "LTXPipeline"
    assert {part[0] for name, part in index.items() if not name.startswith("_")} == {"diffusers", "transformers"}


def test_a_seed_gives_the_same_pixels_twice_and_another_seed_others() -> None:
    prompt = "a blue star"
    first, again, other = (
        shoot(pipeline(), replace(REQUEST, prompt=prompt, steps=2), seed=seed, frames=None).rgb for seed in (3, 3, 4)
    )

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_colour_is_the_one_that_the_prompt_names() -> None:
    red, blue = (clip(f"a {colour} ball moves to the left") for colour in ("red", "blue"))

    # brown floors and blue nights lie below 0.4: which place is drawn may differ, as another candidate may be finished
    assert (redness(red) > 0.4).mean() > (redness(blue) > 0.4).mean() + 0.01
    assert (redness(blue[..., ::-1]) > 0.4).mean() > (redness(red[..., ::-1]) > 0.4).mean() + 0.01


@pytest.mark.parametrize(("direction", "sign"), [("left", -1), ("right", 1)])
def test_a_ball_moves_the_way_that_the_prompt_says(direction: str, sign: int) -> None:
    seen = redness(clip(f"a red ball moves to the {direction}"))

    assert sign * (middle_of(seen[-1]) - middle_of(seen[0])) > 0.1


def test_a_prompt_decides_the_picture() -> None:
    """Guards against a text encoder whose words all mean the same."""
    assert np.abs(clip("a red ball moves to the left") - clip("a blue ball moves to the left")).mean() > 0.01


def test_words_that_it_does_not_know_do_not_stop_it() -> None:
    footage = shoot(
        pipeline(), replace(REQUEST, prompt="Ünbekannt: a GREEN ball, xyzzy!", steps=1), seed=5, frames=None
    )

    assert any("xyzzy" in remark for remark in footage.remarks)
    assert len(footage.rgb) == pipeline().card.frames


def test_the_model_card_states_the_measured_shares() -> None:
    readme = (EMBEDDED / "README.md").read_text("utf-8")
    evaluation = json.loads((EMBEDDED / "evaluation.json").read_text("utf-8"))
    rows = {(row["part"], row["attribute"]): row["generated"] for row in evaluation["rows"]}
    lines = {cells[1].strip(): cells[2:5] for line in readme.splitlines() if len(cells := line.split("|")) == 6}

    for (part, attribute), row in rows.items():
        if part[0] in "123":
            assert f" {100 * row['share']:.1f} % of {row['n']};" in lines[attribute][int(part[0]) - 1]


def test_the_numbers_are_those_of_the_weights_that_ship() -> None:
    evaluation = json.loads((EMBEDDED / "evaluation.json").read_text("utf-8"))

    assert evaluation["model"]["weights_sha256"] == weights_sha256(EMBEDDED)
