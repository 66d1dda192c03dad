"""Put the mark into pixels, and prove that it is there before anything leaves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import NoMarkPossible
from ..media import Clip, Form, Picture, probe, write_pictures
from .extraction import Extraction
from .fingerprints import Fingerprint
from .passage import Passage, Stopwatch
from .payload import PAYLOAD_BITS, Payload
from .terms import ReleaseConfig
from .trial import TRIED_SECONDS, Sample, Trial, try_out
from .watermark import ACCEPT_LOG10_P, LADDER_DB, Method, Strength
from .watermark.method import read_back

STRONGEST_DB = LADDER_DB[-1]
STEP_DB = 4.0
"""By how much a weak mark is advised to be strengthened: 1.6 times the amplitude."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An encoded, unsigned file, and what is known of its pixels."""

    path: Path
    payload: Payload | None
    method: str
    handle: int | None
    fingerprint: Fingerprint
    duration_ms: int
    p_value_log10: float | None = None
    psnr_y_db: float | None = None
    expected_p_value_log10: float | None = None
    """After rough handling; see `trial`."""
    notes: tuple[str, ...] = ()


def imprint(
    pictures: Callable[[], Iterable[Picture]],
    encoded: Path,
    *,
    form: Form,
    payload: Payload,
    method: Method,
    config: ReleaseConfig,
    copy_from: Clip | None,
    watch: Stopwatch,
) -> Draft:
    """Embed, encode and read back, stronger each time until the mark is proven.

    Args:
        pictures: Gives a fresh pass; called once for each strength that is tried.
        encoded: Where to encode to; a draft.
        form: What is written.
        payload: What the pixels are to carry.
        method: How they carry it.
        config: Key, strength, encoding.
        copy_from: Whose audio and subtitles are kept.
        watch: Is told what each step takes.

    Raises:
        NoMarkPossible: Not even the strongest allowed mark reads back.
    """
    found: Extraction | None = None
    asked = strength_db = config.strength.db_for(form.width, form.height)
    for strength_db in ladder(asked) if method.proves_presence else (asked,):
        sample = Sample(start_seconds=_middle(copy_from), still=form.is_image)
        passage = Passage(watch, sample=sample)
        marked = method.embed(
            passage.before(pictures()), payload, config.keyring.current, strength=Strength(strength_db)
        )
        with watch.step("encode", less=("decode", "embed", "measure")):
            write_pictures(passage.after(marked), encoded, form=form, encoding=config.encoding, copy_from=copy_from)
        with watch.step("read_back"):
            clip = probe(encoded, limits=config.limits)
            found = read_back(method, clip, config.keyring.current, limits=config.limits)
        if reads_back(found, payload, method):
            with watch.step("trial"):
                tried = try_out(sample, encoded, method=method, key=config.keyring.current, still=form.is_image)
            return Draft(
                path=encoded,
                payload=payload,
                method=method.name,
                handle=handle_of(payload, method),
                fingerprint=passage.fingerprint(),
                duration_ms=0 if form.is_image else passage.duration_ms,
                p_value_log10=found.p_value_log10,
                psnr_y_db=passage.psnr_y_db,
                expected_p_value_log10=None if tried is None else tried.p_value_log10,
                notes=(*_raised(strength_db, asked), *_weak(tried, strength_db)),
            )
    seen = "nothing" if found is None or found.p_value_log10 is None else f"log10 p = {found.p_value_log10:.1f}"
    raise NoMarkPossible(
        f"the mark does not read back from these pixels even at {strength_db:g} dB "
        f"({seen}, wanted {ACCEPT_LOG10_P:g}); nothing was written. Larger, longer or less uniform pictures hold it"
    )


def ladder(first_db: float) -> tuple[float, ...]:
    """Return the strengths to try: the one asked for, then every stronger step down to 36 dB."""
    return (first_db, *(step for step in LADDER_DB if step < first_db))


def reads_back(found: Extraction, payload: Payload, method: Method) -> bool:
    """Return whether the encoded file carries this payload, provably so where the method has a p-value."""
    if found.status != "decoded":
        return False
    if method.proves_presence and (found.p_value_log10 is None or found.p_value_log10 > ACCEPT_LOG10_P):
        return False
    handle = handle_of(payload, method)
    return found.payload == payload if handle is None else found.handle == handle


def handle_of(payload: Payload, method: Method) -> int | None:
    """Return the payload's low bits where the method has no room for all of them."""
    bits = method.capacity_bits
    return None if bits >= PAYLOAD_BITS else payload.to_int() & ((1 << bits) - 1)


def _middle(clip: Clip | None) -> float:
    """Return where the tried second begins: in the middle of a clip whose length is known."""
    if clip is None or clip.kind == "image":
        return 0.0
    return max(0.0, (float(clip.duration_seconds) - TRIED_SECONDS) / 2)


def _weak(tried: Trial | None, strength_db: float) -> tuple[str, ...]:
    """Say that ordinary handling may cost the mark, by how much, and what helps."""
    if tried is None or tried.is_safe:
        return ()
    seen = (
        f"after {tried.handling} the mark would read at log10 p = {tried.p_value_log10:.1f}, wanted {ACCEPT_LOG10_P:g}"
    )
    stronger = max(STRONGEST_DB, strength_db - STEP_DB)
    if stronger < strength_db:
        return (f"{seen}, so copies of this file may lose it; --watermark-strength {stronger:g} makes it stronger",)
    return (f"{seen}, so copies of this file may lose it; it is as strong as is allowed",)


def _raised(strength_db: float, asked_db: float) -> tuple[str, ...]:
    if strength_db == asked_db:
        return ()
    return (f"the mark was made stronger to read back: {strength_db:g} dB, wanted {asked_db:g}",)
