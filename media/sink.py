# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (av's stubs leave the types of some overloads open)
"""Open a file for FFmpeg to write into, and say in our words what went wrong."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

import av
from av.container import OutputContainer
from av.error import FFmpegError

from ..errors import UnsupportedMedia
from .draft import unwritable


@contextlib.contextmanager
def muxer(target: Path, container: str, movie_timescale: int) -> Generator[OutputContainer]:
    """Open an MP4 or MOV for writing, with the index at the front; whole when the block ends well.

    Args:
        target: Written in place.
        container: `mp4` or `mov`.
        movie_timescale: Ticks a second in which starts of tracks are counted.

    Raises:
        OutputUnwritable: the disk is full, or the target cannot be opened.
        UnsupportedMedia: the container or the encoder refuses what it is given.
    """
    output = av.open(
        f"file:{target.absolute()}",  # the prefix: a name with a colon is no protocol
        "w",
        format=container,
        container_options={"movflags": "+faststart", "movie_timescale": str(movie_timescale)},
    )
    try:
        yield output
        output.close()
    except FFmpegError as error:
        _abandon(output)
        if isinstance(error, OSError):
            code = error.errno or 0
            raise unwritable(target, OSError(code, os.strerror(code))) from error
        raise UnsupportedMedia(f"{target}: cannot be written as {container} ({error.strerror or error})") from error
    except BaseException:
        _abandon(output)
        raise


def _abandon(output: OutputContainer) -> None:
    """Close what is of no use any more; a second failure would hide the first."""
    with contextlib.suppress(FFmpegError, ValueError):
        output.close()
