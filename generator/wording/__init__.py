"""Read prompts against the words that a model knows; no word is ignored without a word."""

from .lexicon import How as How
from .reading import (
    Placed as Placed,
    Reading as Reading,
    as_json as as_json,
    read_prompt as read_prompt,
    sentences as sentences,
)
