"""Who signs: the installation's own identity, the user's PEM chain, a token or a cloud key; and the time stamp."""

from .identity import load_signer as load_signer, pem_signer as pem_signer
from .local import local_root_pem as local_root_pem, local_signer as local_signer
from .signer import Algorithm as Algorithm, Signer as Signer
from .timestamp import Timestamping as Timestamping
