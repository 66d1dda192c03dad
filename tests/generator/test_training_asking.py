"""What the networks are asked on the side: labels that agree with the renders, heads that can learn them."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares backward, step and others without types.

from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")

from sealreel.generator.training.asking import SEEN, TOLD, Questions, seen_of, told_of  # noqa: E402 - after the check
from sealreel.generator.world import (  # noqa: E402
    ACTIONS,
    BACKGROUNDS,
    CAMERAS,
    COLOURS,
    KINDS,
    LIGHTS,
    MATERIALS,
    RELATIONS,
    SIZES,
    STYLES,
    Scene,
    Thing,
)
from sealreel.generator.world.packing import pack  # noqa: E402
from sealreel.generator.world.painting import render  # noqa: E402

ROWS = 8


def scene(*things: Thing, relation: Any = None) -> Scene:
    return Scene(
        things=things, action="still", direction=None, relation=relation, camera="static", background="snow",
        light="overcast", style="animated", seed=3,
    )  # fmt: skip


RED_BALL = Thing(kind="ball", colour="red", size="medium", material="matte")
BLUE_BLOCK = Thing(kind="block", colour="blue", size="large", material="shiny")


def bits_of(packed: Any) -> Any:
    return np.unpackbits(seen_of(packed, ROWS), axis=-1, bitorder="little")[..., :SEEN].astype(bool)


def test_a_thing_is_seen_where_it_is_painted() -> None:
    packed = pack([scene(RED_BALL)], start=[0.0], frames=17)

    bits = bits_of(packed)[0]

    clip = render(packed, side=64)[0, 0].float().numpy()  # (3, 64, 64), the first frame
    reddish = (clip[0] - clip[1:].max(0)) > 0.25
    painted = reddish.reshape(ROWS, 8, ROWS, 8).mean((1, 3))
    there = bits[0, :, :, KINDS.index("ball")]
    assert bits.shape == (5, ROWS, ROWS, SEEN)
    assert there[painted > 0.6].all()
    assert not there[painted == 0].sum() > 6  # corners of the box around it
    assert (bits[0, :, :, len(KINDS) + COLOURS.index("red")] == there).all()


def test_each_colour_stays_with_its_thing() -> None:
    packed = pack([scene(RED_BALL, BLUE_BLOCK, relation="left_of")], start=[0.0], frames=17)

    bits = bits_of(packed)[0, 0]

    ball, block = bits[..., KINDS.index("ball")], bits[..., KINDS.index("block")]
    assert np.nonzero(ball)[1].max() <= np.nonzero(block)[1].min()
    assert (bits[..., len(KINDS) + COLOURS.index("blue")] == block).all()


def test_what_is_told_names_things_and_the_whole() -> None:
    numbers = told_of([scene(RED_BALL, BLUE_BLOCK, relation="left_of")])[0]

    told, whole = numbers[:-7].reshape(-1, 3), numbers[-7:]
    assert numbers.shape == (TOLD,)
    assert whole.tolist() == [
        ACTIONS.index("still"), 0, 1 + RELATIONS.index("left_of"), CAMERAS.index("static"),
        BACKGROUNDS.index("snow"), LIGHTS.index("overcast"), STYLES.index("animated"),
    ]  # fmt: skip
    assert told[KINDS.index("block")].tolist() == [
        1 + COLOURS.index("blue"), SIZES.index("large"), MATERIALS.index("shiny")
    ]  # fmt: skip
    assert told[KINDS.index("cat")].tolist() == [0, 0, 0]
    assert int((told[:, 0] > 0).sum()) == 2


def test_both_heads_learn_their_answers() -> None:
    torch.manual_seed(0)
    heads = Questions(16, 16)
    hidden, embeds = torch.randn(2, 4, 16), torch.randn(2, 5, 16)
    seen = torch.randint(0, 256, (2, 4, SEEN // 8), dtype=torch.uint8)
    told = torch.from_numpy(told_of([scene(RED_BALL), scene(BLUE_BLOCK)]))
    is_word = torch.ones(2, 5, dtype=torch.bool)
    descent = torch.optim.Adam(heads.parameters(), lr=0.05)

    losses: list[float] = []
    for _ in range(80):
        loss = heads.loss_of_seen(hidden, seen) + heads.loss_of_told(embeds, is_word, told)
        descent.zero_grad()
        loss.backward()
        descent.step()
        losses.append(float(loss.detach()))

    assert losses[-1] < 0.3 * losses[0]


def test_padding_tells_nothing() -> None:
    heads = Questions(16, 16)
    embeds, told = torch.randn(1, 5, 16), torch.from_numpy(told_of([scene(RED_BALL)]))
    is_word = torch.tensor([[True, True, False, False, False]])
    other = embeds.clone()
    other[:, 2:] = 9.0

    assert torch.equal(heads.loss_of_told(embeds, is_word, told), heads.loss_of_told(other, is_word, told))
