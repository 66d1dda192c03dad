"""Pretend with a mark: copy one, invent one, put one over another, and look for one with the wrong keys."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...provenance import Extraction, Payload
from ...provenance.watermark import WatermarkKey
from . import adversaries
from .campaign import CROWD, NOTHING
from .collusion import Exhibit, common_pattern
from .outcomes import BUDGET_DB, Outcome, SecurityRow, finite, is_ours
from .specimen import Planes, Specimen, marked_luma, pictures_with, psnr_db, read_back

OTHER_KEYS = 15
"""As many as an installation can hold, in one search. `false_positives` looks with thousands."""
SEARCHED_FRAMES = 8
"""A blind search with a wrong key goes through all it knows, a second a key."""


@dataclass(frozen=True, slots=True, eq=False)
class Pretence:
    """One attempt at making something read as marked."""

    attack: str
    strength: str
    had: str
    make: Callable[[Specimen], Planes]
    on: Literal["unmarked", "marked"]
    """What was changed: its distance is reported."""
    own: Payload | None = None
    """Over an existing mark: the payload that was put on top."""


def pretences(crowd: Callable[[Specimen], Sequence[Exhibit]]) -> Iterator[Pretence]:
    """Yield all of them, to be run one by one."""
    key = adversaries.OWN_KEY
    yield Pretence(
        "forging with an own key", "default strength", "a key of his own", lambda s: _marked_by(s, key), "unmarked"
    )
    yield Pretence("forging with noise in the mark's band", "to 38 dB", "an unmarked clip", _noise, "unmarked")
    yield Pretence(
        "forging with the average of a crowd", "to 38 dB", CROWD, lambda s: _crowds_pattern(s, crowd(s)), "unmarked"
    )
    yield Pretence("another key on top", "default strength", "a key of his own", _remarked_by_other, "marked")
    yield Pretence("the same key on top", "default strength", "the key", _remarked_by_same, "marked", own=NEW_PAYLOAD)


NEW_PAYLOAD = Payload(record_id=0x7E57, version=1)


def judge_pretence(specimen: Specimen, pretence: Pretence) -> SecurityRow:
    """Read what was made with the victim's key."""
    planes = pretence.make(specimen)
    own = (pretence.own,) if pretence.own else ()
    found = read_back(planes, specimen.rate, [specimen.key], known=(specimen.payload, *own))
    over_a_mark = pretence.on == "marked"
    return SecurityRow(
        attack=pretence.attack,
        clip=specimen.name,
        strength=pretence.strength,
        had=pretence.had,
        frames=len(planes),
        outcome=_outcome_over(found, specimen) if over_a_mark else _outcome_of_forging(found),
        status=found.status,
        z=found.statistic,
        log10_p=found.p_value_log10,
        psnr_original_db=finite(psnr_db(specimen.unmarked, planes)),
        psnr_marked_db=finite(psnr_db(specimen.marked, planes)) if over_a_mark else None,
    )


def search_with_other_keys(specimen: Specimen, *, keys: int = OTHER_KEYS) -> SecurityRow:
    """Look at a marked clip with keys that did not mark it: without the key a mark is not even seen."""
    others = [_random_key(specimen.name, index) for index in range(keys)]
    best = read_back(specimen.marked[:SEARCHED_FRAMES], specimen.rate, others)
    return SecurityRow(
        attack="search with random keys",
        clip=specimen.name,
        strength=f"{keys} keys",
        had=f"{NOTHING}, random keys",
        frames=SEARCHED_FRAMES,
        outcome="read" if best.status in ("decoded", "present") else "not read",
        status=best.status,
        z=best.statistic,
        log10_p=best.p_value_log10,
    )


def _outcome_of_forging(found: Extraction) -> Outcome:
    return "forged" if found.status in ("decoded", "present") else "not forged"


def _outcome_over(found: Extraction, specimen: Specimen) -> Outcome:
    if is_ours(found, specimen):
        return "survives"
    return "replaced" if found.status in ("decoded", "present") else "removed below 38 dB"


def _marked_by(specimen: Specimen, key: WatermarkKey) -> Planes:
    return marked_luma(specimen.originals, adversaries.OWN_PAYLOAD, key)


def _remarked_by_other(specimen: Specimen) -> Planes:
    own = pictures_with(specimen.marked, specimen.rate)
    return marked_luma(own, adversaries.OWN_PAYLOAD, adversaries.OWN_KEY)


def _remarked_by_same(specimen: Specimen) -> Planes:
    return marked_luma(pictures_with(specimen.marked, specimen.rate), NEW_PAYLOAD, specimen.key)


def _noise(specimen: Specimen) -> Planes:
    """Noise with the mark's spectrum and mask, as strong as the budget allows."""
    rng = np.random.default_rng(23)
    shape = adversaries.canonical(specimen.marked[0]).shape
    return _pasted(specimen, adversaries.in_band(rng.standard_normal(shape).astype(np.float32)))


def _crowds_pattern(specimen: Specimen, crowd: Sequence[Exhibit]) -> Planes:
    height, width = adversaries.canonical(specimen.marked[0]).shape
    return _pasted(specimen, common_pattern(crowd, shape=(height, width)))


def _pasted(specimen: Specimen, pattern: adversaries.Estimate) -> Planes:
    """Add a pattern to the unmarked clip so that it stays at 38 dB."""
    found = [adversaries.Passage(range(len(specimen.marked)), pattern)]
    amplitudes = adversaries.expected_amplitudes(specimen.unmarked)
    power = np.mean([np.mean(change * change) for change in adversaries.changes(found, amplitudes)])
    times = 255.0 / 10.0 ** (BUDGET_DB / 20.0) / float(np.sqrt(power))
    return adversaries.added(specimen.unmarked, adversaries.changes(found, amplitudes), times=times)


def _random_key(*names: str | int) -> WatermarkKey:
    digest = hashlib.sha256("/".join(map(str, ("another key", *names))).encode()).digest()
    return WatermarkKey(key_id=1 + digest[0] % 15, secret=digest)
