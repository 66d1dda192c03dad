"""Options that several verbs share, so that they read the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from .values import TimestampMode

OutputFile = Annotated[
    Path, typer.Option("--output", "-o", metavar="OUT", help="The file to write; its suffix chooses the format.")
]
Store = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="Where records are kept: sqlite:///FILE or another SQLAlchemy URL."),
]
FromList = Annotated[
    str | None,
    typer.Option("--from-list", metavar="FILE", help="Read more inputs from FILE, one path a line; - is stdin."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace an output that exists.")]
Signer = Annotated[
    str | None,
    typer.Option(
        "--signer",
        metavar="WHO",
        help="Who signs: local, pem:CHAIN,KEY, pkcs11:URI or awskms:KEY_ID,CHAIN.",
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--signer-password-file", metavar="FILE", help="The first line is the key's password or token's PIN."),
]
TsaUrl = Annotated[
    str | None, typer.Option("--tsa-url", metavar="URL", help="RFC 3161 time stamp authority; the only host asked.")
]
Timestamp = Annotated[
    TimestampMode | None,
    typer.Option("--timestamp", help="Whether a time stamp must be had; required where --tsa-url is given."),
]
WatermarkStrength = Annotated[
    float | None,
    typer.Option(
        "--watermark-strength",
        metavar="DB",
        help="PSNR of the luma that the mark may cost, 36 to 60; lower is stronger. Lowered by itself where the mark "
        "does not read back.",
    ),
]
WatermarkMethod = Annotated[
    str | None,
    typer.Option("--watermark-method", metavar="NAME", help="sealreel.1, a peer (dwtDctSvd, …) or a registered one."),
]
Crf = Annotated[int | None, typer.Option("--crf", metavar="N", help="x264 quality, 0 to 51; lower is better.")]
Preset = Annotated[str | None, typer.Option("--preset", metavar="NAME", help="x264 speed: ultrafast … veryslow.")]
DetectorCalibration = Annotated[
    str | None,
    typer.Option(
        "--calibration",
        "--detector-calibration",
        metavar="FILE",
        help="Thresholds that calibrate made, or none for those the weights came with; by default what calibrate left "
        "in the data folder, where there is any.",
    ),
]
