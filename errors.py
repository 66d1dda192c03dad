"""Every exception that Sealreel raises on purpose.

A finding ("tampered", "nothing found") is a value; an exception means *we could not look* or *we could not do it*.

SealreelError                        exit code 3 unless said otherwise
├── MediaError
│   ├── UnreadableMedia              missing, empty, truncated, a directory, not a picture or video
│   ├── UnsupportedMedia             readable, but not something we can keep intact: alpha, HDR, webm, audio only
│   └── LimitExceeded                an untrusted file asks for more than we give
│       ├── TooManyPixels
│       ├── TooManyStreams
│       ├── TooLong
│       └── TooSlow
├── OutputError
│   ├── SameFile                     input and output are one file
│   ├── OutputExists                 and --force was not given
│   └── OutputUnwritable             directory missing or read-only, disk full
├── WatermarkError
│   ├── WatermarkKeyMissing
│   ├── MethodUnusable               a registered method cannot be loaded or breaks its contract; names its distribution
│   └── NoMarkPossible               the mark does not read back even at the strongest allowed setting
├── SigningError
│   ├── SigningIdentityInvalid       expired or mismatched certificate, wrong key, wrong profile
│   ├── SigningFailed
│   └── TimestampUnavailable         the time stamp authority did not answer and a stamp was required
├── KeyringUnusable                  damaged keyring or backup, wrong passphrase, no key id left
├── ManifestUnreadable               the manifest could not be looked at (not: it is bad)
├── StoreError
│   ├── StoreLocked
│   ├── StoreCorrupt
│   └── StoreVersionUnknown          written by a newer Sealreel
├── ModelError
│   ├── ModelUnavailable
│   ├── NotAVideoModel
│   ├── WeightsInvalid               changed, or not the ones their card describes
│   ├── OptionUnsupported            the pipeline has no such option; the message lists those it has
│   └── CalibrationInvalid           damaged, or made for other weights than those in force
├── TooFewClips                      the clips at hand cannot carry the false positive rate that was asked for
├── MissingExtra                     an optional dependency; the message holds the pip command
├── SettingsInvalid                  exit code 2
├── PromptInvalid                    exit code 2: empty, or longer than allowed
└── RefusedByPolicy                  exit code 7
"""


class SealreelError(Exception):
    """Base of all; catch it to catch everything that is not a bug of ours."""


class MediaError(SealreelError):
    """A media file could not be used."""


class UnreadableMedia(MediaError):
    """The file is missing, empty, truncated or not media at all."""


class UnsupportedMedia(MediaError):
    """The file is readable, but we could not keep it intact."""


class LimitExceeded(MediaError):
    """An untrusted file asks for more than the limits in force."""


class TooManyPixels(LimitExceeded):
    """A frame is larger than the limit."""


class TooManyStreams(LimitExceeded):
    """The container holds more streams than the limit."""


class TooLong(LimitExceeded):
    """The file runs longer, or holds more frames, than the limit."""


class TooSlow(LimitExceeded):
    """Decoding took longer than the limit."""


class OutputError(SealreelError):
    """The output could not be written."""


class SameFile(OutputError):
    """Input and output are the same file."""


class OutputExists(OutputError):
    """The output exists already."""


class OutputUnwritable(OutputError):
    """The directory is missing or read-only, or the disk is full."""


class WatermarkError(SealreelError):
    """A mark could not be embedded or looked for."""


class WatermarkKeyMissing(WatermarkError):
    """The installation holds no watermark key of that id."""


class MethodUnusable(WatermarkError):
    """A watermarking method of another distribution cannot be loaded, or does not do what a method must."""


class NoMarkPossible(WatermarkError):
    """The mark does not read back even at the strongest allowed setting."""


class SigningError(SealreelError):
    """A manifest could not be signed."""


class SigningIdentityInvalid(SigningError):
    """The certificate chain or key cannot sign C2PA claims."""


class SigningFailed(SigningError):
    """The signer, the key store or the C2PA library refused."""


class TimestampUnavailable(SigningError):
    """A time stamp was required and the authority did not give one."""


class KeyringUnusable(SealreelError):
    """The keyring or its backup is damaged, the passphrase is wrong, or no key id is left."""


class ManifestUnreadable(SealreelError):
    """The manifest could not be looked at; a bad manifest is a finding, not this."""


class StoreError(SealreelError):
    """The record store could not be used."""


class StoreLocked(StoreError):
    """Another process holds the store for too long."""


class StoreCorrupt(StoreError):
    """The store's file is not a database of ours."""


class StoreVersionUnknown(StoreError):
    """The store was written by a newer Sealreel."""


class ModelError(SealreelError):
    """A generator model could not be used."""


class ModelUnavailable(ModelError):
    """The model is not where it should be."""


class WeightsInvalid(ModelError):
    """The weights were changed, or are not the ones that their card describes."""


class NotAVideoModel(ModelError):
    """The directory or id holds something else than a video pipeline."""


class OptionUnsupported(ModelError):
    """The pipeline has no such option."""


class CalibrationInvalid(ModelError):
    """The file is not a calibration of the weights in force."""


class TooFewClips(SealreelError):
    """So few clips cannot carry the false positive rate that was asked for, or a calibration at all."""


class MissingExtra(SealreelError):
    """An optional dependency is not installed."""


class SettingsInvalid(SealreelError):
    """A setting has an unknown name or an impossible value."""


class PromptInvalid(SealreelError):
    """The prompt is empty or too long."""


class RefusedByPolicy(SealreelError):
    """The request is refused by policy."""
