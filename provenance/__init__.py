"""Say where a video came from, and check what a file says."""

from .extraction import Extraction as Extraction, Segment as Segment
from .fingerprint import Fingerprint as Fingerprint
from .payload import Payload as Payload
from .record import Record as Record
from .verdict import Reason as Reason, Recovery as Recovery, Verdict as Verdict
