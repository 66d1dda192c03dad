"""`sealreel store`: the records of what was let out."""

import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from ...errors import StoreError
from ..answers import record_answer, with_schema
from ..console import complain, emit, say, warn
from ..doors import ConfigFile, JsonFlag, example, in_force
from ..escape import escape
from ..exits import Exit
from ..options import Force, Store
from ..secrecy import without_secrets

if TYPE_CHECKING:
    from ...provenance import Payload
    from ...provenance.store import Store as RecordStore

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

PayloadText = Annotated[
    str, typer.Argument(metavar="PAYLOAD", help="16 hex digits, as generate and verify print them.")
]


def attach(above: typer.Typer) -> None:
    """Add the verbs to the command line."""
    above.add_typer(app, name="store", epilog=example("sealreel store list"))


@app.callback()
def store() -> None:
    """The records of what was let out: they lead from pixels back to a manifest that was stripped."""


@app.command("list", epilog=example("sealreel store list --limit 10", "sealreel store list --json"))
def list_records(
    ctx: typer.Context,
    *,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many, newest first.")] = None,
    _store: Store = None,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """List the records, newest first."""
    from ...provenance.store import open_store, store_exists

    url = in_force(ctx).settings.store
    if not store_exists(url):
        warn(f"nothing is recorded yet: there is no store at {without_secrets(url)}")
        return
    with open_store(url) as records:
        for record in records.records(limit=limit):
            if as_json:
                emit(record_answer(record))
            else:
                when = f"{record.created_at:%Y-%m-%d %H:%M}"
                say(f"{record.payload}  {when}  {record.state:<9}  {escape(record.file_name)}")


@app.command(epilog=example("sealreel store show 17a3c95e20b4d861 --manifest lost.c2pa"))
def show(
    ctx: typer.Context,
    payload: PayloadText,
    *,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", metavar="C2PA", help="Write the stored manifest to this file.")
    ] = None,
    force: Force = False,
    _store: Store = None,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one record, and on request write its manifest to a file."""
    wanted = _payload(payload)
    with _opened(ctx) as records:
        record = records.find(wanted)
    if record is None:
        raise StoreError(f"{wanted}: no such record in this store; sealreel store list shows those it has")
    if manifest is not None:
        _write(manifest, record.manifest, force=force)
    answer = record_answer(record)
    if as_json:
        emit(answer)
        return
    for name, value in answer.items():
        if name != "schema":
            say(f"{name:<20} {'-' if value is None else escape(value)}")


@app.command(epilog=example("sealreel store export records.jsonl", "sealreel store export - | gzip > records.jsonl.gz"))
def export(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to write JSON lines; - is stdout.")],
    *,
    force: Force = False,
    _store: Store = None,
    _config: ConfigFile = None,
) -> None:
    """Write every confirmed record as a JSON line, manifest included; local paths are left out."""
    with _opened(ctx) as records, _writing(file, force=force) as stream:
        count = records.export(stream)
    warn(f"{count} records exported")


@app.command(
    "import", epilog=example("sealreel store import records.jsonl", "zcat records.jsonl.gz | sealreel store import -")
)
def import_records(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines as store export writes them; - is stdin.")],
    *,
    _store: Store = None,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Read what store export wrote; a different record under the same payload is refused, never overwritten."""
    with _opened(ctx, make=True) as records, _reading(file) as stream:
        done = records.import_(stream)
    refused = [str(payload) for payload in done.refused]
    if as_json:
        emit(with_schema("store", {"action": "import", "added": done.added, "known": done.known, "refused": refused}))
    else:
        say(f"{done.added} records added, {done.known} known already")
    if refused:
        named = ", ".join(refused[:5]) + (" …" if len(refused) > 5 else "")
        complain(StoreError(f"{len(refused)} payloads name another record here, which was kept: {named}"))
        raise typer.Exit(Exit.CANNOT)


@app.command(epilog=example("sealreel store delete 17a3c95e20b4d861"))
def delete(
    ctx: typer.Context,
    payload: PayloadText,
    *,
    _store: Store = None,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Forget one record: copies of its file without a manifest will no longer be recognised."""
    wanted = _payload(payload)
    with _opened(ctx) as records:
        if not records.delete(wanted):
            raise StoreError(f"{wanted}: no such record in this store; nothing was deleted")
    if as_json:
        emit(with_schema("store", {"action": "delete", "payload": str(wanted)}))
    else:
        say(f"{wanted} deleted")


@contextmanager
def _opened(ctx: typer.Context, *, make: bool = False) -> "Generator[RecordStore]":
    """Open the store in force; only an import makes one that is not there, so that a typing error makes none."""
    from ...provenance.store import open_store, store_exists

    url = in_force(ctx).settings.store
    if not make and not store_exists(url):
        raise StoreError(f"there is no store at {without_secrets(url)}; generate, mark and store import make one")
    with open_store(url) as records:
        yield records


def _payload(text: str) -> "Payload":
    from ...provenance import Payload

    try:
        return Payload.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def _reading(file: str) -> Generator[TextIO]:
    if file == "-":
        yield sys.stdin
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(file).open(encoding="utf-8"))
        except OSError as error:
            raise StoreError(f"{file}: {error.strerror}; expected JSON lines as store export writes them") from error
        yield stream


@contextmanager
def _writing(file: str, *, force: bool) -> Generator[TextIO]:
    """Give a draft that gets its name only when all is written; stdout is stdout."""
    from ...media import check_output, unfinished

    if file == "-":
        yield sys.stdout
        return
    check_output(Path(file), force=force)
    with unfinished(Path(file), force=force) as draft, draft.open("w", encoding="utf-8") as stream:
        yield stream


def _write(target: Path, content: bytes, *, force: bool) -> None:
    from ...media import check_output, unfinished

    check_output(target, force=force)
    with unfinished(target, force=force) as draft:
        draft.write_bytes(content)
