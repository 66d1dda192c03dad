"""The story of one generated clip: request → latents → frames → mark → encode → sign → record."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from ..errors import SealreelError
from ..media import Colour, Form, Picture, check_output, container_for, generated_form, pictures_from_frames
from ..media.rgb import picture_of
from ..provenance import Facts, Output, release
from ..provenance.manifest import ModelInfo
from .first_frame import read_first_frame
from .footage import Footage, shoot
from .loader import LoadedPipeline, load_pipeline
from .request import GenerationConfig, check_prompt, frames_wanted, with_seed
from .sampling import OnStep

_PICTURE_COLOUR = Colour("pc", "gbr", "bt709", "iec61966-2-1", bit_depth=8, subsampling="4:4:4")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one of several requests: an output, or the reason why there is none."""

    config: GenerationConfig
    output: Output | None
    error: SealreelError | None


def generate(
    config: GenerationConfig, *, on_step: OnStep | None = None, pipeline: LoadedPipeline | None = None
) -> Output:
    """Turn a prompt into a file that carries its origin; nothing unmarked is ever written.

    Same seed, same machine: same pixels before the mark. The frames stay in memory until they are marked; an
    interruption at any moment leaves nothing behind.

    Args:
        config: The request.
        on_step: Told of each denoising step.
        pipeline: One loaded before, to make several clips with; loaded as the request says when None.

    Raises:
        PromptInvalid: Empty, too long, or not text.
        MediaError: The picture to start from cannot be used.
        OutputError: The output exists (and `force` was not given), or cannot be written.
        ModelError: The model is not there, makes no video, lacks an option, takes no picture, or failed.
        MissingExtra: The extra `generate` is not installed.
        NoMarkPossible: The mark does not read back even at the strongest allowed setting; no file is left.
        SigningError, StoreError: The back half failed; no file is left.
    """
    container = _check(config)
    is_image = container in ("png", "jpeg", "webp")
    frames = frames_wanted(config, is_image=is_image)
    seed = with_seed(config).seed or 0
    pipeline = pipeline or _load(config)
    start = time.perf_counter()
    footage = shoot(pipeline, config, seed=seed, frames=frames, on_step=on_step)
    timings = {"model": round(1000 * (time.perf_counter() - start), 1)}
    form = form_of_footage(footage, container)
    output = release(
        lambda: pictures_of(footage, form),  # mark → encode → sign → record
        config.output,
        form=form,
        facts=facts_of(config, pipeline, footage),
        config=config.release,
        force=config.force,
    )
    return replace(
        output, remarks=footage.remarks, wording=footage.wording, timings_ms={**timings, **output.timings_ms}
    )


def generate_many(configs: Iterable[GenerationConfig], *, on_step: OnStep | None = None) -> Iterator[Attempt]:
    """Make clip after clip; the pipeline is loaded once, and what fails with one does not stop the others.

    Only the request's model, device, offline and whether there is a picture decide which pipeline is loaded; the last
    one is kept.
    """
    loaded: tuple[object, LoadedPipeline] | None = None
    for config in configs:
        wanted = (config.model, config.device, config.offline, config.image is None)
        try:
            _check(config)
            if loaded is None or loaded[0] != wanted:
                loaded = None  # two models may not fit side by side
                loaded = (wanted, _load(config))
            yield Attempt(config, generate(config, on_step=on_step, pipeline=loaded[1]), None)
        except SealreelError as error:
            yield Attempt(config, None, error)


def facts_of(config: GenerationConfig, pipeline: LoadedPipeline, footage: Footage) -> Facts:
    """Return what the manifest and the record say of the clip: wholly made by this model, now, from a prompt.

    A picture that it started from is an input of the model; no pixel of it is in the clip, whatever resembles it was
    made anew. So the source type is the same with one and without.
    """
    card = pipeline.card
    version = card.version or "unversioned"
    return Facts(
        digital_source_type="trainedAlgorithmicMedia",
        generated_or_altered="generated",
        system=card.name,
        system_version=version,
        model=ModelInfo(name=card.name, identifier=f"{card.name}@{version}", weights_sha256=pipeline.weights_sha256),
        inputs=() if config.image is None else (config.image,),
        prompt=config.prompt,
        seed=footage.seed,
        notes=footage.notes,
    )


def _load(config: GenerationConfig) -> LoadedPipeline:
    start = "text" if config.image is None else "image"
    return load_pipeline(config.model, device=config.device, offline=config.offline, start=start)


def _check(config: GenerationConfig) -> str:
    """Refuse what cannot be asked for or written, before seconds of loading and minutes of work."""
    check_prompt(config.prompt)
    if config.image is not None:
        read_first_frame(config.image, limits=config.release.limits)
    container = container_for(config.output)
    check_output(config.output, force=config.force)
    return container


def form_of_footage(footage: Footage, container: str) -> Form:
    """Return what is to be written: the exact rate for a video, full-range RGB for a picture."""
    _, height, width, _ = footage.rgb.shape
    if container not in ("png", "jpeg", "webp"):
        return generated_form(width, height, footage.rate, container)
    return Form(container, width, height, rate=Fraction(1), time_base=Fraction(1), colour=_PICTURE_COLOUR)


def pictures_of(footage: Footage, form: Form) -> Iterator[Picture]:
    """Give the frames as the pictures that are marked and encoded; a new pass each call."""
    if form.is_image:
        return iter([picture_of(footage.rgb[0], pts=0, time_base=Fraction(1), duration=1)])
    return pictures_from_frames(footage.frames(), rate=footage.rate)
