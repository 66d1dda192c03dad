"""A video is a stream of frames with exact time; nothing here knows of AI or of C2PA."""

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
from .limits import Limits as Limits
from .probe import probe as probe
from .read import read_frames as read_frames, read_luma as read_luma, read_pictures as read_pictures
from .remux import remux as remux
from .rgb import picture_of as picture_of, pictures_from_frames as pictures_from_frames
from .write import write_pictures as write_pictures
