"""Make videos that are marked, signed and recorded before they leave."""

from .footage import OnStep as OnStep
from .generate import Attempt as Attempt, generate as generate, generate_many as generate_many
from .loader import LoadedPipeline as LoadedPipeline, load_pipeline as load_pipeline
from .model_card import ModelCard as ModelCard
from .request import (
    GenerationConfig as GenerationConfig,
    batch as batch,
    check_prompt as check_prompt,
    several as several,
)
