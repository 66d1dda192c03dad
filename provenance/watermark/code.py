"""The convolutional code that spreads 64 payload bits over 288 symbols, and its soft-decision decoder.

Constraint length 9, rate 1/4, generators 765, 671, 513, 473 (octal): the code of largest free distance (24) of its
size (Larsen, IEEE Trans. Inf. Theory 1973; Proakis, Digital Communications, table 8-2-3). Eight zero bits at the end
bring the encoder home, so that the last payload bits are as safe as the others.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

GENERATORS = (0o765, 0o671, 0o513, 0o473)
TAIL_BITS = 8
STATES = 1 << TAIL_BITS
PAYLOAD_BITS = 64
STEPS = PAYLOAD_BITS + TAIL_BITS
SYMBOLS = STEPS * len(GENERATORS)


def _register_outputs() -> npt.NDArray[np.float32]:
    """Return the four symbols of every 9-bit register, (512, 4): parity 0 is +1, parity 1 is -1."""
    parities = [[(register & g).bit_count() & 1 for g in GENERATORS] for register in range(2 * STATES)]
    return 1.0 - 2.0 * np.asarray(parities, dtype=np.float32)


_OUTPUTS = _register_outputs()
# Register = new bit on top of the state; the next state is the register without its lowest bit. So state n is reached
# from the registers 2n and 2n + 1. Each generator taps the first and the last bit, so flipping either flips all four
# symbols: a quarter of the registers, those with both bits 0, says what all of them send.
_BRANCHES = np.ascontiguousarray(_OUTPUTS[0:STATES:2].T)  # (4, 128)


def encode(bits: Sequence[int]) -> npt.NDArray[np.float32]:
    """Return the 288 code symbols, each +1 or -1, of 64 bits."""
    if len(bits) != PAYLOAD_BITS:
        raise ValueError(f"the code takes {PAYLOAD_BITS} bits, got {len(bits)}")
    return encode_rows(np.asarray([bits], dtype=np.uint8))[0]


def encode_rows(bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the symbols of many payloads at once, (rows, 64) -> (rows, 288)."""
    padded = np.pad(bits.astype(np.int64), ((0, 0), (TAIL_BITS, TAIL_BITS)))  # zeros before, and the tail
    register = sum(padded[:, delay : delay + STEPS] << delay for delay in range(TAIL_BITS + 1))
    return _OUTPUTS[register].reshape(len(bits), SYMBOLS)


def decode(soft: npt.NDArray[np.float32], *, known: Sequence[int] = ()) -> npt.NDArray[np.uint8]:
    """Return the likeliest bits under each row of soft symbols (Viterbi's algorithm, all rows at once).

    Args:
        soft: Correlation with each code symbol, (rows, 288); any scale.
        known: The first payload bits, where the reader knows them.

    Returns:
        Bits, (rows, 64): for each row those whose code word has the largest inner product with it.
    """
    rows = soft.shape[0]
    steps, half = soft.reshape(rows, STEPS, len(GENERATORS)), STATES // 2
    score = np.full((rows, STATES), -np.inf, dtype=np.float32)
    score[:, 0] = 0.0
    took_odd = np.empty((STEPS, rows, STATES), dtype=np.bool_)
    for step in range(STEPS):
        sent = np.einsum("rk,kb->rb", steps[:, step], _BRANCHES)  # (rows, 128); not `@`: see `combine`
        even, odd = score[:, 0::2].copy(), score[:, 1::2].copy()
        for bit, after in enumerate((slice(0, half), slice(half, STATES))):  # the newest bit is the state's highest
            from_even, from_odd = (even - sent, odd + sent) if bit else (even + sent, odd - sent)
            np.greater(from_odd, from_even, out=took_odd[step, :, after])
            np.maximum(from_even, from_odd, out=score[:, after])
        forced = known[step] if step < len(known) else 0 if step >= PAYLOAD_BITS else None
        if forced is not None:
            score[:, :half] = -np.inf if forced else score[:, :half]
            score[:, half:] = score[:, half:] if forced else -np.inf
    return _trace_back(took_odd)


def _trace_back(took_odd: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """Walk from the zero state at the end to the start and collect the bits that were let in."""
    rows = took_odd.shape[1]
    row = np.arange(rows, dtype=np.intp)
    bits, state = np.empty((rows, STEPS), dtype=np.uint8), np.zeros(rows, dtype=np.intp)
    for step in range(STEPS - 1, -1, -1):
        bits[:, step] = state >> (TAIL_BITS - 1)
        state = ((state << 1) | took_odd[step, row, state]) & (STATES - 1)
    return bits[:, :PAYLOAD_BITS]
