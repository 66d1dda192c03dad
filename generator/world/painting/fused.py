"""Painting on a GPU in one kernel: every pixel of every frame at once, written by `tracing` from the painters."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..packing import DRAWN, FRAME, FRAME_FIELDS, ITEM, ITEM_FIELDS, SLOTS, Drawn, PackedScenes
from ..vocabulary import BACKGROUNDS, Background
from .kinds import BODIES, PLACES, REACH
from .paint import grain, shadow_of, spot_of
from .spot import Spot
from .surface import light_up
from .tiles import MARGIN, Window
from .tracing import Program, SymbolRow
from .vista import vista

_BLOCK: Final = 256
"""Pixels a block of threads paints; all of one frame, so that they mostly take the same branches."""
_CLIPS: Final = 256
"""Clips a launch."""
CUDA_HEAD: Final = """
#define FUNCTION __device__ __noinline__
#define KERNEL extern "C" __global__
#define CONSTANT __constant__
typedef unsigned short number;
__device__ inline number stored(float value) {
    number half;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(value));
    return half;
}
"""
"""What makes the source CUDA; float16 is written without its header."""


def paint_fused(
    packed: PackedScenes,
    window: Window,
    *,
    tops: npt.NDArray[np.int64],
    lefts: npt.NDArray[np.int64],
    device: torch.device,
) -> Tensor:
    """Paint the window at (`tops`, `lefts`) of every clip; sRGB 0 to 1, float16 (clips, frames, 3, height, width)."""
    clips, count = packed.frames.shape[:2]
    out = torch.empty((clips, count, 3, window.extent, window.extent), dtype=torch.float16, device=device)
    blocks = -(-(window.extent**2) // _BLOCK)
    with torch.cuda.device(device):
        kernel = kernel_for(device)
        for first in range(0, clips, _CLIPS):
            part = packed.clips(first, first + _CLIPS)
            corners = np.stack([tops[first : first + _CLIPS], lefts[first : first + _CLIPS]], axis=1).astype(np.int32)
            kernel(
                grid=(len(part) * count, blocks, 1),
                block=(_BLOCK, 1, 1),
                args=[  # the kernel counts from bare pointers, and chosen frames come out of numpy transposed in memory
                    torch.as_tensor(np.ascontiguousarray(part.items)).to(device),
                    torch.as_tensor(np.ascontiguousarray(part.frames)).to(device),
                    torch.as_tensor(np.repeat(corners, count, axis=0)).to(device),
                    out[first : first + _CLIPS],
                    window.side,
                    window.extent,
                ],
            )
    return out


@lru_cache(maxsize=8)
def kernel_for(device: torch.device) -> Any:
    """Compile the kernel for a device; needs NVRTC and a CUDA toolkit's headers.

    Raises:
        AttributeError, OSError, RuntimeError: This torch or this machine cannot compile kernels.
    """
    compiler = cast(Any, torch.cuda)
    with torch.cuda.device(device):
        # Without fused multiply-adds, hashed noise falls as it does on a CPU.
        return compiler._compile_kernel(CUDA_HEAD + source(), "paint", nvcc_options=["--fmad=false"])


@lru_cache(maxsize=1)
def source() -> str:
    """Return the C of the painter but for its head: FUNCTION, CONSTANT, and on a GPU KERNEL, number and stored()."""
    functions = [function(drawn) for drawn in DRAWN for function in (_edge, _body)]
    functions += [*(_place(place) for place in BACKGROUNDS), _shadow(), _grain()]
    reach = ", ".join("{" + ", ".join(f"{side}f" for side in REACH[drawn]) + "}" for drawn in DRAWN)
    bodies = _cases(f"body_{drawn}(item, frame, u, v, side, over);" for drawn in DRAWN)
    places = _cases(f"place_{place}(frame, u, v, side, rgb);" for place in BACKGROUNDS)
    return "\n".join([*functions, _MAIN % {"reach": reach, "bodies": bodies, "places": places, **_COLUMNS}])


def _cases(calls: Iterable[str]) -> str:
    return "\n".join(f"case {index}: {call} break;" for index, call in enumerate(calls))


def _edge(drawn: Drawn) -> str:
    """Return the function that gives the distance to a kind's outline."""
    program = Program()
    body = BODIES[drawn](_spot(program))
    found = _function(f"edge_{drawn}", _ITEM_INPUTS, program, [body.distance])
    at = f"FUNCTION float edge_{drawn}_at({_ITEM_INPUTS})"
    return found + at + f" {{ float out; edge_{drawn}(item, frame, u, v, side, &out); return out; }}\n"


def _body(drawn: Drawn) -> str:
    program = Program()
    spot = _spot(program)
    body = BODIES[drawn](spot)
    step = 2 / program.input("side")
    beside = {"right": f"{(program.input('u') + step).name}, v", "below": f"u, {(program.input('v') - step).name}"}
    right, below = (program.write(f"edge_{drawn}_at(item, frame, {at}, side)") for at in beside.values())
    slope_x, slope_y = (((cast(Tensor, near) - body.distance) * spot.pixels).clamp(-1, 1) for near in (right, below))
    planes = light_up(body, spot, (slope_x, -slope_y))
    return _function(f"body_{drawn}", _ITEM_INPUTS, program, [plane.clamp(0, 1) for plane in planes])


def _spot(program: Program) -> Spot:
    """Return one pixel of one thing, in symbols."""
    row = SymbolRow(program, (("item", len(ITEM_FIELDS)), ("frame", len(FRAME_FIELDS))))
    u, v, side = (cast(Any, program.input(name)) for name in ("u", "v", "side"))
    return spot_of(cast(Tensor, row), u, v, side)


def _place(place: Background) -> str:
    program = Program()
    row = SymbolRow(program, (("frame", len(FRAME_FIELDS)),))
    u, v, side = (program.input(name) for name in ("u", "v", "side"))
    planes = PLACES[place](vista(cast(Tensor, u), cast(Tensor, v), cast(Tensor, row), cast(Any, side)))
    inputs = "const float* frame, float u, float v, float side"
    return _function(f"place_{place}", inputs, program, [plane.clamp(0, 1) for plane in cast(Any, planes)])


def _shadow() -> str:
    program = Program()
    row = SymbolRow(program, (("item", len(ITEM_FIELDS)),))
    u, v = program.input("u"), program.input("v")
    softness = program.input(f"frame[{FRAME['softness']}]")
    dark = shadow_of(cast(Tensor, row), cast(Tensor, u), cast(Tensor, v), cast(Tensor, softness))
    return _function("shadow", "const float* item, const float* frame, float u, float v", program, [dark])


def _grain() -> str:
    program = Program()
    row = SymbolRow(program, (("frame", len(FRAME_FIELDS)),))
    x, y = program.input("x"), program.input("y")
    noise = grain(cast(Tensor, row), cast(Tensor, x), cast(Tensor, y))
    return _function("grain", "const float* frame, float x, float y", program, [noise])


def _function(name: str, inputs: str, program: Program, results: list[Any]) -> str:
    lines = [*program.lines(results), *(f"out[{i}] = {result.name};" for i, result in enumerate(results))]
    return f"FUNCTION void {name}({inputs}, float* out) {{\n" + "\n".join(lines) + "\n}\n"


_ITEM_INPUTS: Final = "const float* item, const float* frame, float u, float v, float side"
_COLUMNS: Final[dict[str, int]] = {
    "slots": SLOTS,
    "items": len(ITEM_FIELDS),
    "frames": len(FRAME_FIELDS),
    "background": FRAME["background"],
    "margin": MARGIN,
    **{f"item_{name}": column for name, column in ITEM.items()},
}

_MAIN: Final = """
CONSTANT float reach[][4] = {%(reach)s};

FUNCTION int touches(const float* item, float u, float v, float side) {
    const float scale = item[%(item_scale)d], cos = item[%(item_cos)d], sin = item[%(item_sin)d];
    const float across = (u - item[%(item_u)d]) / scale, up = (v - item[%(item_v)d]) / scale;
    const float x = (across * cos + up * sin) * item[%(item_face)d], y = up * cos - across * sin;
    const float wide = item[%(item_stretch_x)d], tall = item[%(item_stretch_y)d];
    const float* r = reach[(int)item[%(item_drawn)d]];
    const float margin = %(margin)d.0f * 2.0f / (side * scale);
    return x > -r[0] * wide - margin && x < r[1] * wide + margin && y > -r[2] * tall - margin
        && y < r[3] * tall + margin;
}

FUNCTION void pixel(const float* items, const float* frame, int x, int y, float side, float* rgb) {
    const float u = ((float)x * 2.0f + 1.0f) / side - 1.0f, v = 1.0f - ((float)y * 2.0f + 1.0f) / side;
    switch ((int)frame[%(background)d]) {
    %(places)s
    }
    float light = 1.0f;
    for (int slot = 0; slot < %(slots)d; slot++) {
        const float* item = items + slot * %(items)d;
        if (item[%(item_shadow)d] > 0.0f) {
            float dark;
            shadow(item, frame, u, v, &dark);
            light *= 1.0f - dark;
        }
    }
    for (int channel = 0; channel < 3; channel++) rgb[channel] *= light;
    for (int slot = 0; slot < %(slots)d; slot++) {
        const float* item = items + slot * %(items)d;
        if (item[%(item_drawn)d] < 0.0f || !touches(item, u, v, side)) continue;
        float over[4];
        switch ((int)item[%(item_drawn)d]) {
        %(bodies)s
        }
        for (int channel = 0; channel < 3; channel++) rgb[channel] += (over[channel] - rgb[channel]) * over[3];
    }
    float noise;
    grain(frame, (float)x, (float)y, &noise);
    for (int channel = 0; channel < 3; channel++) rgb[channel] = fminf(fmaxf(rgb[channel] + noise, 0.0f), 1.0f);
}

#ifdef __CUDACC__
KERNEL void paint(
    const float* items, const float* frames, const int* corners, number* out, int side, int extent
) {
    const int frame = blockIdx.x, at = blockIdx.y * blockDim.x + threadIdx.x, area = extent * extent;
    if (at >= area) return;
    float rgb[3];
    pixel(
        items + (long long)frame * %(slots)d * %(items)d, frames + (long long)frame * %(frames)d,
        at %% extent + corners[2 * frame + 1], at / extent + corners[2 * frame], (float)side, rgb
    );
    for (int channel = 0; channel < 3; channel++)
        out[((long long)frame * 3 + channel) * area + at] = stored(rgb[channel]);
}
#endif
"""
