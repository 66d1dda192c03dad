"""A video is a stream of frames with exact time; nothing here knows of AI or of C2PA."""

from .clip import Clip as Clip, Colour as Colour
from .frame import Frame as Frame, Luma as Luma, Picture as Picture
from .limits import Limits as Limits
