"""The shared back half of `mark` and `generate`: from pictures to a file that carries its origin.

No path through this file gives a final name to pixels whose mark was not read back.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from ..media import Clip, Form, Picture, check_output, scratch, sweep_drafts
from .departure import let_out, sidecar_of
from .imprint import handle_of, imprint
from .keyring import Keyring
from .output import Output
from .passage import Stopwatch
from .payload import Payload
from .store import Store, open_store
from .terms import Facts, ReleaseConfig
from .watermark import Method, load_method


def release(
    pictures: Callable[[], Iterable[Picture]],
    output: Path,
    *,
    form: Form,
    facts: Facts,
    config: ReleaseConfig,
    copy_from: Clip | None = None,
    parent: Path | None = None,
    force: bool = False,
) -> Output:
    """Mark, encode, read back, sign and record; only then does the output get its name.

    Args:
        pictures: Gives a fresh pass over the pictures; called once for each strength that is tried.
        output: The final name.
        form: What is written.
        facts: What the manifest says of the content.
        config: How.
        copy_from: Whose audio, subtitles and texts are kept.
        parent: The file that the pictures come from, if its manifest is to be kept as an ingredient.
        force: Replace an existing output.

    Raises:
        OutputError: The output exists, or cannot be written.
        NoMarkPossible: The mark does not read back even at the strongest allowed setting.
        MediaError: What the pictures raise, or the encoder.
        SigningError, StoreError: The back half failed.

    Whatever is raised, and whenever the process is killed: the final name never appears. A killed one leaves a draft
    and a pending record; both are swept here at the next start.
    """
    watch = Stopwatch()
    check_outputs(output, config, force=force)
    method = load_method(config.method)
    sweep_drafts(output.parent)
    with open_store(config.store_url) as store:
        store.sweep()
        payload = _unused_payload(store, config.keyring, method)
        with scratch(output) as encoded:
            draft = imprint(
                pictures,
                encoded,
                form=form,
                payload=payload,
                method=method,
                config=config,
                copy_from=copy_from,
                watch=watch,
            )
            return let_out(
                draft,
                output,
                container=form.container,
                facts=facts,
                config=config,
                store=store,
                parent=parent,
                force=force,
                watch=watch,
            )


def check_outputs(output: Path, config: ReleaseConfig, *, force: bool, source: Path | None = None) -> None:
    """Refuse what cannot be written before any work is done. Raises OutputError."""
    check_output(output, source=source, force=force)
    if config.sidecar:
        check_output(sidecar_of(output), source=source, force=force)


def _unused_payload(store: Store, keyring: Keyring, method: Method) -> Payload:
    """Draw a payload that no record has, nor its short handle where the method carries only that."""
    while True:
        payload = Payload.random(version=keyring.current.key_id)
        handle = handle_of(payload, method)
        taken = store.find(payload) is not None
        if not taken and (handle is None or not store.find_handle(method.name, handle)):
            return payload
