"""Train the embedded model on the tiny world, from nothing to a stock diffusers directory.

Importing this folder is cheap; `train_generator` loads torch, diffusers and transformers when it is called.
"""

from .config import (
    Budget as Budget,
    Sizes as Sizes,
    Stage as Stage,
    TrainingConfig as TrainingConfig,
    cpu_config as cpu_config,
    gpu_config as gpu_config,
    share_minutes as share_minutes,
    smoke_config as smoke_config,
)
from .progress import OnProgress as OnProgress, TrainingEvent as TrainingEvent
from .train import train_generator as train_generator
