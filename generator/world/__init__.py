"""A tiny world of coloured shapes on the move, drawn from scenes and told in captions."""

from .captions import UNKNOWN_WORDS as UNKNOWN_WORDS, caption as caption, vocabulary_words as vocabulary_words
from .painter import backdrop as backdrop, object_mask as object_mask, paint as paint
from .scene import CLIP_FPS as CLIP_FPS, CLIP_FRAMES as CLIP_FRAMES, Scene as Scene, sample_scene as sample_scene
from .vocabulary import (
    BACKGROUNDS as BACKGROUNDS,
    COLOURS as COLOURS,
    DIRECTIONS as DIRECTIONS,
    SHAPES as SHAPES,
    SIZES as SIZES,
    SPEEDS as SPEEDS,
    Background as Background,
    Colour as Colour,
    Direction as Direction,
    Shape as Shape,
    Size as Size,
    Speed as Speed,
)
