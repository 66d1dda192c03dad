"""Train the embedded model on the tiny world, from nothing to a stock diffusers directory.

Importing this folder loads torch, diffusers and transformers.
"""
# ruff: noqa: E402 - the first line makes the libraries importable that all others load

from ..third_party import load_module

load_module("diffusers")  # first: it makes a torchvision of another build importable

from .config import Budget as Budget, Stage as Stage, TrainingConfig as TrainingConfig, smoke_config as smoke_config
from .evaluate import Accuracy as Accuracy, AttributeRow as AttributeRow, Evaluation as Evaluation, evaluate as evaluate
from .export import assemble_pipeline as assemble_pipeline, export_model as export_model
from .loop import OnProgress as OnProgress, TrainingEvent as TrainingEvent
from .train import train_generator as train_generator
