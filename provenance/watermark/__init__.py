"""The invisible mark: put 64 bits into pixels, find them again, and say how sure that is."""

from .extract import ACCEPT_LOG10_P as ACCEPT_LOG10_P, extract_lumas as extract_lumas
from .keys import WatermarkKey as WatermarkKey
from .mask import LADDER as LADDER, Strength as Strength
from .method import METHOD_NAMES as METHOD_NAMES, Method as Method, load_method as load_method
from .quality import psnr_y as psnr_y
