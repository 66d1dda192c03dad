"""Shares of things counted, with their intervals."""

import math
from statistics import NormalDist


def interval(hits: int, n: int, *, coverage: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share (E. B. Wilson, JASA 22, 1927); cells are taken as independent.

    Raises:
        ValueError: n is 0.
    """
    if n < 1:
        raise ValueError("a share needs at least one cell")
    z = NormalDist().inv_cdf((1.0 + coverage) / 2.0)
    share = hits / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1.0 - share) / n + z * z / (4 * n * n))
    return max(0.0, (middle - spread) / (1 + z * z / n)), min(1.0, (middle + spread) / (1 + z * z / n))
