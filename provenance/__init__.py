"""Say where a video came from, and check what a file says."""

from .extraction import Extraction as Extraction, Segment as Segment
from .fingerprint import Fingerprint as Fingerprint, distance as distance, fingerprint as fingerprint
from .likeness import SAME_CONTENT as SAME_CONTENT, content_distance as content_distance
from .mark import MarkConfig as MarkConfig, mark as mark
from .output import Output as Output
from .payload import Payload as Payload
from .record import Record as Record
from .release import release as release
from .terms import Facts as Facts, ReleaseConfig as ReleaseConfig
from .verdict import Conclusion as Conclusion, Reason as Reason, Recovery as Recovery, Verdict as Verdict
from .verify import VerifyConfig as VerifyConfig, verify as verify
from .weigh import weigh as weigh
