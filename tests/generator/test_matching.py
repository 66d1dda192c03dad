"""Candidates: what words say and half-made clips show, how well the two agree, and which clip is finished."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares many of its functions without types.

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")
pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from sealreel.errors import ModelUnavailable, OptionUnsupported  # noqa: E402 - after the check for torch
from sealreel.generator.footage import shoot  # noqa: E402
from sealreel.generator.loader import EMBEDDED, LoadedPipeline, load_pipeline  # noqa: E402
from sealreel.generator.matching import FILE, Matcher, best, load_matcher  # noqa: E402
from sealreel.generator.matching.matcher import LEVELS, told  # noqa: E402
from sealreel.generator.matching.questions import OF_THINGS, SHAPES, agreement, outcome_told  # noqa: E402
from sealreel.generator.matching.states import StatesReader  # noqa: E402
from sealreel.generator.narrow import narrowed, widened  # noqa: E402
from sealreel.generator.request import GenerationConfig  # noqa: E402
from sealreel.generator.sampling import Sampling, encode, middle_states, noisy, sample  # noqa: E402
from sealreel.generator.training.config import smoke_config  # noqa: E402
from sealreel.generator.training.matching import labels_of, show, train_matching  # noqa: E402
from sealreel.generator.world import (  # noqa: E402
    ACTIONS,
    BACKGROUNDS,
    COLOURS,
    KINDS,
    OUTCOMES,
    STYLES,
    scene_of,
)
from sealreel.provenance import ReleaseConfig  # noqa: E402

torch.set_num_threads(1)
TINY = Sampling(frames=17, height=64, width=64, rate=16.0, steps=3, guidance_scale=1.0, candidates=3)
WHOLE = Sampling(frames=49, height=256, width=256, rate=16.0, steps=8, guidance_scale=1.0)
EVERYTHING = tuple(SHAPES)
_SEED = 2_200_000_000
"""Scenes that nothing learned from."""


@pytest.fixture(scope="module")
def embedded() -> LoadedPipeline:
    return load_pipeline("embedded", device="cpu")


@pytest.fixture(scope="module")
def matcher(embedded: LoadedPipeline) -> Matcher:
    assert embedded.matcher is not None
    return embedded.matcher


@pytest.fixture(scope="module")
def tiny(models: Any) -> Any:
    return load_pipeline(str(models("windows")), device="cpu").pipe


def flat() -> dict[str, Any]:
    """Every answer as likely as every other, one row."""
    return {name: torch.zeros(1, *shape).log_softmax(-1) for name, shape in SHAPES.items()}


def sure(name: str, answer: int, *, kind: int = 0) -> Any:
    """Nearly certain of one answer."""
    logits = torch.zeros(1, *SHAPES[name])
    where = logits[0, kind] if name in OF_THINGS else logits[0]
    where[answer] = 12.0
    return logits.log_softmax(-1)


def usual() -> dict[str, Any]:
    return {name: rows[0] for name, rows in flat().items()}


@pytest.mark.parametrize("name", ["things", "background", "camera"])
def test_what_words_leave_open_weighs_nothing(name: str) -> None:
    found = agreement(flat(), flat() | {name: sure(name, 1)}, usual(), EVERYTHING)

    assert found.item() == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("name", ["things", "end", "background", "outcome"])
def test_the_right_answer_speaks_for_a_clip_and_a_wrong_one_against_it(name: str) -> None:
    said = flat() | {name: sure(name, 1)}

    right, wrong = (
        agreement(said, flat() | {name: sure(name, answer)}, usual(), EVERYTHING).item() for answer in (1, 2)
    )

    assert right == pytest.approx(torch.tensor(SHAPES[name][-1]).log().item(), abs=0.05)  # as rare as it is
    assert wrong == pytest.approx(torch.tensor(0.02).log().item(), abs=0.1)  # no answer costs more


def test_the_size_of_what_is_not_asked_for_does_not_count() -> None:
    absent = torch.zeros(1, *SHAPES["things"])
    absent[..., 0] = 12.0
    nothing_said = flat() | {"things": absent.log_softmax(-1), "sizes": sure("sizes", 0)}
    shown = [flat() | {"sizes": sure("sizes", answer)} for answer in (0, 2)]

    small, large = (agreement(nothing_said, one, usual(), ("sizes",)).item() for one in shown)

    assert small == pytest.approx(large, abs=1e-3)


def test_an_action_tells_what_it_leaves_behind() -> None:
    found = outcome_told(sure("action", ACTIONS.index("bite"))).exp()

    assert found.argmax().item() == OUTCOMES.index("bitten")
    assert found.sum().item() == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("prompt", "things", "background"),
    [
        ("a red ball and a blue cat in the snow", {"ball": "red", "cat": "blue"}, "snow"),
        ("a green robot walks to the left on a beach", {"robot": "green"}, "beach"),
        ("un chat bleu saute dans une forêt", {"cat": "blue"}, "forest"),
        ("una pelota roja salta en la playa", {"ball": "red"}, "beach"),
    ],
)
def test_words_tell_things_and_places(matcher: Matcher, prompt: str, things: dict[str, str], background: str) -> None:
    said = told(matcher, [prompt])

    table = said["things"][0].argmax(-1).tolist()
    found = {kind: COLOURS[value - 1] for kind, value in zip(KINDS, table, strict=True) if value}
    assert found == things
    assert BACKGROUNDS[int(said["background"].argmax())] == background


def test_words_that_say_nothing_of_it_leave_the_style_open(matcher: Matcher) -> None:
    said = told(matcher, ["a red ball"])["style"][0].exp()

    assert said.shape == (len(STYLES),)
    assert said.max() < 0.8


def test_half_made_clips_that_it_has_never_seen_are_read_mostly_right(embedded: LoadedPipeline) -> None:
    scenes = [scene_of(_SEED + number, things=1 + number % 2) for number in range(8)]
    shown = show(embedded.pipe, WHOLE, scenes, seed=5)
    assert embedded.matcher is not None

    with torch.no_grad():
        found = embedded.matcher.states(shown.states[:, -1])

    wanted = labels_of(scenes, frames=49)
    there = wanted["things"] > 0
    likely = 1 - found["things"][..., 0].exp()  # that a kind is there
    assert likely[there].mean() > 4 * likely[~there].mean()
    assert (found["things"][..., 1:].argmax(-1) + 1 == wanted["things"])[there].float().mean() >= 0.6  # chance: 1 in 8
    assert (found["background"].argmax(-1) == wanted["background"]).float().mean() >= 0.6  # chance: 1 in 7


def test_of_two_clips_the_one_that_the_words_tell_of_is_chosen(embedded: LoadedPipeline) -> None:
    scenes = [scene_of(_SEED + 100 + number, things=1) for number in range(2)]
    states = show(embedded.pipe, WHOLE, scenes, seed=5).states[:, -1]
    prompts = [f"a {scene.things[0].colour} {scene.things[0].kind} on a {scene.background}" for scene in scenes]
    assert embedded.matcher is not None

    assert best(embedded.matcher, prompts, states[None].expand(2, -1, -1, -1, -1, -1)).tolist() == [0, 1]


@pytest.mark.parametrize("guidance_scale", [1.0, 2.0])
@pytest.mark.parametrize("chosen", [0, 2])
def test_the_chosen_candidate_is_finished_as_if_it_were_alone(tiny: Any, chosen: int, guidance_scale: float) -> None:
    how = replace(TINY, guidance_scale=guidance_scale)
    noise = torch.Generator().manual_seed(7)
    for _ in range(chosen):
        torch.randn((1, 8, 3, 2, 2), generator=noise)

    several = sample(
        tiny, ["a ball"], how, rngs=[torch.Generator().manual_seed(7)], compare=lambda _states: torch.tensor([chosen])
    )
    alone = sample(tiny, ["a ball"], how, rngs=[noise])

    assert torch.allclose(several, alone, atol=1e-5)


def test_candidates_of_several_clips_are_not_mixed_up(tiny: Any) -> None:
    heard: list[tuple[int, ...]] = []

    def compare(states: Any) -> Any:
        heard.append(tuple(states.shape))
        return torch.tensor([0, 0])

    rngs = [[torch.Generator().manual_seed(seed) for seed in (7, 8)] for _ in range(2)]
    several = sample(tiny, ["a ball", "a cat"], TINY, rngs=rngs[0], compare=compare)
    alone = sample(tiny, ["a ball", "a cat"], TINY, rngs=rngs[1])

    assert heard[0][:5] == (2, 3, 3, 2, 2)  # clips, candidates, frames, rows, columns
    assert torch.allclose(several, alone, atol=1e-5)


def test_candidates_keep_the_frames_that_they_start_from(tiny: Any) -> None:
    leading = encode(tiny, torch.zeros((1, 1, 64, 64, 3), dtype=torch.uint8))

    found = sample(
        tiny,
        ["a ball"],
        TINY,
        rngs=[torch.Generator().manual_seed(7)],
        leading=leading,
        compare=lambda _states: torch.tensor([1]),
    )

    assert torch.equal(found[:, :, :1], leading)


def test_hidden_states_of_a_clip_do_not_depend_on_those_beside_it(tiny: Any) -> None:
    tokens = noisy(torch.randn(2, 8, 3, 2, 2), LEVELS[0], torch.Generator().manual_seed(1))

    both = middle_states(tiny, tokens, LEVELS[0], TINY)

    assert both.shape[:4] == (2, 3, 2, 2)
    assert torch.allclose(both[1:], middle_states(tiny, tokens[1:], LEVELS[0], TINY), atol=1e-5)


def _note(asked: list[int], place: int, _layer: Any, _given: Any) -> None:
    asked.append(place)


def test_a_reading_pass_ends_where_it_is_read(tiny: Any) -> None:
    layers = tiny.transformer.transformer_blocks
    asked: list[int] = []
    hooks = [layer.register_forward_pre_hook(partial(_note, asked, place)) for place, layer in enumerate(layers)]
    tokens = noisy(torch.randn(1, 8, 3, 2, 2), LEVELS[0], torch.Generator().manual_seed(1))

    middle_states(tiny, tokens, LEVELS[0], TINY)
    for hook in hooks:
        hook.remove()

    assert asked == list(range(len(layers) // 2 + 1))


@pytest.mark.parametrize("family", ["windows", "wan"])
def test_a_model_without_readers_begins_one_clip_and_no_more(
    models: Any, installation: ReleaseConfig, tmp_path: Path, family: str
) -> None:
    pipeline = load_pipeline(str(models(family)), device="cpu")
    one = GenerationConfig(
        prompt="a ball", output=tmp_path / "ball.mp4", release=installation, candidates=1, width=64, height=64, steps=1
    )

    with pytest.raises(OptionUnsupported, match="no readers to compare 3 candidates"):
        shoot(pipeline, replace(one, candidates=3), seed=1, frames=17)
    assert len(shoot(pipeline, one, seed=1, frames=17).rgb) == 17


@pytest.mark.parametrize("count", [0, 65])
def test_a_count_of_candidates_has_limits(installation: ReleaseConfig, tmp_path: Path, count: int) -> None:
    with pytest.raises(ValueError, match="candidates must be 1 to 64"):
        GenerationConfig(prompt="a ball", output=tmp_path / "ball.mp4", release=installation, candidates=count)


def test_a_model_without_readers_has_none(tmp_path: Path, tiny: Any) -> None:
    assert load_matcher(tmp_path, tiny) is None


@pytest.mark.parametrize("junk", [b"", b"not tensors"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, tiny: Any, junk: bytes) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes(junk)

    with pytest.raises(ModelUnavailable, match="words and states"):
        load_matcher(tmp_path, tiny)


def test_readers_of_another_model_are_refused(tmp_path: Path, tiny: Any) -> None:
    from safetensors.torch import save_file

    (tmp_path / FILE).parent.mkdir()
    save_file({f"states.{name}": one for name, one in StatesReader(8).state_dict().items()}, tmp_path / FILE)

    with pytest.raises(ModelUnavailable, match="words and states"):
        load_matcher(tmp_path, tiny)


def test_readers_of_a_model_of_another_width_are_refused(tmp_path: Path, tiny: Any) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes((EMBEDDED / FILE).read_bytes())

    with pytest.raises(ModelUnavailable, match="of this model"):
        load_matcher(tmp_path, tiny)


def test_eight_bits_keep_what_matters() -> None:
    torch.manual_seed(0)
    tensors = {"wide": torch.randn(64, 32) * torch.logspace(-3, 3, 64)[:, None], "thin": torch.randn(7)}

    found = widened(narrowed(tensors))

    assert set(found) == set(tensors)
    assert torch.allclose(found["thin"], tensors["thin"], rtol=2e-3)
    worst = (found["wide"] - tensors["wide"]).abs().amax(1) / tensors["wide"].abs().amax(1)
    assert worst.max() < 0.005  # half a step of 127, each row by its own scale


def test_training_is_not_repeated(tmp_path: Path) -> None:
    from sealreel.generator.training import train_generator

    heard: list[str] = []
    config = smoke_config(tmp_path)
    train_generator(replace(config, stages=("autoencoder", "latents", "denoiser")))

    train_matching(config, on_progress=lambda event: heard.append(event.text))
    before = config.checkpoint("matching").read_bytes()
    train_matching(config, on_progress=lambda event: heard.append(event.text))

    assert config.checkpoint("matching").read_bytes() == before
    assert len(heard) == 1
    assert "things" in heard[0]
