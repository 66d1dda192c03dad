"""Paint packed scenes: anti-aliased things with light, shadow and style, on a CPU or a GPU."""

from .render import Crop as Crop, render as render
