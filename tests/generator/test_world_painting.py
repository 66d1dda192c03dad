"""The painter: what scenes look like, and that the GPU's kernel computes the same."""

import ctypes
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")

from sealreel.generator.world import (  # noqa: E402 - after the check that torch is there
    ACTIONS,
    BACKGROUNDS,
    COLOURS,
    KINDS,
    STYLES,
    Action,
    Background,
    Colour,
    Scene,
    Thing,
    scene_of,
)
from sealreel.generator.world.packing import FRAME_FIELDS, ITEM_FIELDS, SLOTS, PackedScenes, pack  # noqa: E402
from sealreel.generator.world.painting import Crop, render  # noqa: E402
from sealreel.generator.world.painting.batchwise import paint_batch  # noqa: E402
from sealreel.generator.world.painting.fused import source  # noqa: E402
from sealreel.generator.world.painting.tiles import Window  # noqa: E402
from sealreel.generator.world.painting.tracing import Program  # noqa: E402

BALL = Scene(
    things=(Thing("ball", "red", "large", "matte"),), action="still", direction=None, relation=None, camera="static",
    background="meadow", light="day", style="animated", seed=4,
)  # fmt: skip


def _show(scene: Scene, seconds: float = 0.0, side: int = 64) -> Any:
    """Paint one moment; (3, side, side)."""
    return render(pack([scene], start=[seconds], frames=1), side=side)[0, 0]


def _change(first: Any, second: Any) -> float:
    """Share of pixels that differ visibly."""
    return float(((first - second).abs().amax(0) > 0.1).float().mean())


def test_a_clip_is_the_same_every_time() -> None:
    packed = pack([scene_of(8)], start=[0.5], frames=3)

    assert torch.equal(render(packed, side=48), render(packed, side=48))


def test_pixels_stay_in_range() -> None:
    clips = render(pack([scene_of(seed) for seed in range(6)], start=[0.0] * 6, frames=5), side=48)

    assert clips.shape == (6, 5, 3, 48, 48)
    assert clips.min() >= 0
    assert clips.max() <= 1


def test_a_crop_is_a_window_of_the_whole_picture() -> None:
    packed = pack([scene_of(12), scene_of(13)], start=[1.0, 1.0], frames=2)
    whole = render(packed, side=64)

    crop = render(packed, side=64, crop=Crop(tops=[10, 20], lefts=[5, 30], side=24))

    torch.testing.assert_close(crop[0], whole[0, :, :, 10:34, 5:29], atol=0.02, rtol=0)
    torch.testing.assert_close(crop[1], whole[1, :, :, 20:44, 30:54], atol=0.02, rtol=0)


def test_a_window_outside_the_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves the picture"):
        render(pack([BALL], start=[0.0], frames=1), side=64, crop=Crop(tops=[50], lefts=[0], side=24))


def test_chosen_frames_are_those_of_the_clip() -> None:
    packed = pack([scene_of(21)], start=[0.0])

    torch.testing.assert_close(render(packed, side=32, frames=[3, 40])[0, 1], render(packed, side=32)[0, 40])


@pytest.mark.parametrize("colour", COLOURS)
def test_a_ball_has_its_colour(colour: Colour) -> None:
    thing = replace(BALL.things[0], colour=colour)
    with_ball, other = (
        _show(replace(BALL, things=(thing,))),
        _show(replace(BALL, things=(replace(thing, size="small"),))),
    )
    ball = with_ball[:, (with_ball - other).abs().amax(0) > 0.15].mean(1)

    from sealreel.generator.world.light import COLOUR_RGB

    nearest = min(COLOURS, key=lambda name: float((ball - torch.tensor(COLOUR_RGB[name])).abs().sum()))
    assert nearest == colour


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("style", STYLES)
def test_every_kind_is_seen(kind: Any, style: Any) -> None:
    thing = Thing(kind, "purple", "medium", "matte")
    empty = replace(BALL, style=style, things=(replace(thing, kind="ball", size="small"),))

    assert _change(_show(replace(empty, things=(thing,))), _show(empty)) > 0.015


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_every_place_looks_different(background: Background) -> None:
    here = _show(replace(BALL, background=background))

    others = [_show(replace(BALL, background=place)) for place in BACKGROUNDS if place != background]

    assert all(_change(here, other) > 0.3 for other in others)


def test_styles_and_lights_look_different() -> None:
    looks = [
        _show(replace(BALL, **change))
        for change in ({}, {"style": "photoreal"}, {"light": "sunset"}, {"light": "overcast"})
    ]

    assert all(_change(looks[0], other) > 0.1 for other in looks[1:])


@pytest.mark.parametrize("action", ["topple", "bite", "dent", "break", "pour"])
def test_an_outcome_is_seen_and_stays(action: Action) -> None:
    scene = replace(scene_of(2, action=action, things=2), camera="static", background="room", style="animated")
    # A breath moves the outline of what is large by more than a pixel: the small ones have room for the outcome alone.
    scene = replace(scene, things=tuple(replace(thing, size="small") for thing in scene.things))
    before, after, late = (_show(scene, seconds, 96) for seconds in (0.0, 4.0, 30.0))

    assert _change(before, after) > 0.02
    assert _change(after, late) < 0.02  # only a breath and a blink


def test_a_thing_behind_a_screen_is_gone_and_comes_back() -> None:
    scene = replace(scene_of(6, action="hide", things=2), camera="static", background="room", style="animated")
    mover = replace(scene.things[0], kind="ball", size="small", colour="cyan")
    others = [replace(scene, things=(replace(mover, colour=colour), scene.things[1])) for colour in ("cyan", "red")]

    differ = [_change(*(_show(each, seconds) for each in others)) for seconds in (0.1, 1.1, 3.2)]

    assert differ[0] > 0.005
    assert differ[1] == 0
    assert differ[2] > 0.005


def test_a_batch_is_painted_as_its_clips_are() -> None:
    packed = pack([scene_of(seed) for seed in range(12)], start=[1.5] * 12, frames=2)
    nowhere = np.zeros(12, dtype=np.int64)

    batch = paint_batch(packed, Window(64, 64), tops=nowhere, lefts=nowhere, device=torch.device("cpu"))

    torch.testing.assert_close(batch.float(), render(packed, side=64), atol=2e-3, rtol=0)


def test_an_unknown_operation_is_refused_when_it_is_written_down() -> None:
    with pytest.raises(NotImplementedError, match="no C is known for tan"):
        torch.tan(Program().input("x"))


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_the_kernel_of_the_gpu_paints_what_the_painters_paint(tmp_path: Path) -> None:
    packed = pack(
        [scene_of(40 + i, action=action) for i, action in enumerate(ACTIONS)], start=[1.2] * len(ACTIONS), frames=2
    )

    kernel = _paint_in_c(packed, 64, tmp_path)

    torch.testing.assert_close(torch.from_numpy(kernel), render(packed, side=64), atol=0.03, rtol=0)


def _paint_in_c(packed: PackedScenes, side: int, folder: Path) -> Any:
    """Build the kernel's source for the processor, and let it paint."""
    loop = f"""
    void paint(const float* items, const float* frames, float* out, int count, int side) {{
        for (int frame = 0; frame < count; frame++) for (int at = 0; at < side * side; at++) {{
            float rgb[3];
            pixel(items + frame * {SLOTS * len(ITEM_FIELDS)}, frames + frame * {len(FRAME_FIELDS)},
                  at % side, at / side, (float)side, rgb);
            for (int c = 0; c < 3; c++) out[(frame * 3 + c) * side * side + at] = rgb[c];
        }}
    }}"""
    (folder / "paint.c").write_text(
        "#include <math.h>\n#define FUNCTION static\n#define CONSTANT static const\n" + source() + loop
    )
    library = folder / "paint.so"
    options = ["-O0", "-w", "-ffp-contract=off", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run(["cc", *options, str(folder / "paint.c"), "-lm"], check=True)
    clips, frames = packed.frames.shape[:2]
    out = np.zeros((clips, frames, 3, side, side), dtype=np.float32)
    pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in (packed.items, packed.frames, out)]
    ctypes.CDLL(str(library)).paint(*pointers, clips * frames, side)
    return out


@pytest.mark.needs_cuda
def test_a_gpu_paints_what_a_processor_paints() -> None:
    if not torch.cuda.is_available() and not os.environ.get("FAIL_WITHOUT_CUDA"):
        pytest.skip("no CUDA device")
    packed = pack([scene_of(seed) for seed in range(24)], start=[1.0] * 24, frames=3)

    clips = render(packed, side=96, device="cuda", compiled=True).float().cpu()

    torch.testing.assert_close(clips, render(packed, side=96), atol=0.04, rtol=0)
