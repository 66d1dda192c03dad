"""The peers by name."""

from .by_frame import FrameMethod


def load_peer(name: str) -> FrameMethod:
    """Return a peer of `METHOD_NAMES`.

    Raises:
        ValueError: None has this name.
        MissingExtra: Its package, or something that it needs, is not installed.
        ModelUnavailable: Its weights are not where they should be. Nothing is ever downloaded.
    """
    if name in ("dwtDct", "dwtDctSvd", "rivaGan"):
        from .invisible_watermark import invisible_watermark

        return invisible_watermark(name)
    if name == "blind_watermark":
        from .blind_watermark import blind_watermark

        return blind_watermark()
    if name == "trustmark":
        from .trustmark import trustmark

        return trustmark()
    if name == "videoseal":
        from .videoseal import videoseal

        return videoseal()
    raise ValueError(f"no peer {name!r}")
