"""A video is a stream of frames with exact time; nothing here knows of AI or of C2PA.

Names load when they are first used: whoever wants only a draft or a noun waits for no codec.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .clip import Clip as Clip, Colour as Colour
    from .draft import (
        check_output as check_output,
        scratch as scratch,
        sweep_drafts as sweep_drafts,
        unfinished as unfinished,
    )
    from .form import (
        Encoding as Encoding,
        Form as Form,
        container_for as container_for,
        form_of as form_of,
        generated_form as generated_form,
    )
    from .frame import Frame as Frame, Luma as Luma, Picture as Picture
    from .header import probe as probe
    from .limits import Limits as Limits
    from .read import read_frames as read_frames, read_luma as read_luma, read_pictures as read_pictures
    from .repackage import remux as remux
    from .rgb import picture_of as picture_of, pictures_from_frames as pictures_from_frames
    from .write import write_pictures as write_pictures

_HOMES = {
    "clip": ("Clip", "Colour"),
    "draft": ("check_output", "scratch", "sweep_drafts", "unfinished"),
    "form": ("Encoding", "Form", "container_for", "form_of", "generated_form"),
    "frame": ("Frame", "Luma", "Picture"),
    "header": ("probe",),
    "limits": ("Limits",),
    "read": ("read_frames", "read_luma", "read_pictures"),
    "repackage": ("remux",),
    "rgb": ("picture_of", "pictures_from_frames"),
    "write": ("write_pictures",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f".{home}", __name__), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


def __dir__() -> list[str]:
    return sorted(name for names in _HOMES.values() for name in names)
