"""`sealreel keys`: signing identity, watermark keys, and whom to trust."""

from pathlib import Path
from typing import Annotated

import typer

from ...errors import SettingsInvalid, SigningIdentityInvalid
from ..console import emit, say, warn
from ..doors import ConfigFile, JsonFlag, example, in_force
from ..options import Force, PasswordFile
from ..secrecy import password_from
from ..settings import InForce
from ..trust import Kind, add

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="The first line is the passphrase; else it is asked for."),
]


def attach(above: typer.Typer) -> None:
    """Add the verbs to the command line."""
    above.add_typer(app, name="keys", epilog=example("sealreel keys show"))


@app.callback()
def keys() -> None:
    """Signing identity, watermark keys, and whom to trust. Secrets stay in the keys folder, readable by you alone."""


@app.command(epilog=example("sealreel keys init"))
def init(ctx: typer.Context, *, _config: ConfigFile = None, as_json: JsonFlag = False) -> None:
    """Make the signing identity and the watermark key, if they are not there; generate and mark do it by themselves."""
    from ...provenance.keyring import open_keyring
    from ...provenance.signing import local_signer

    known = in_force(ctx)
    open_keyring(known.directories.keys)
    local_signer(known.directories.keys)
    _print(known, action="init", as_json=as_json)


@app.command(epilog=example("sealreel keys show", "sealreel keys show --root > my-root.pem"))
def show(
    ctx: typer.Context,
    *,
    root: Annotated[
        bool, typer.Option("--root", help="Print the local root certificate, for others to trust, and nothing else.")
    ] = False,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show identities, watermark key ids and trust anchors; no secrets."""
    from ...provenance.signing import local_root_pem

    known = in_force(ctx)
    if not root:
        _print(known, action="show", as_json=as_json)
        return
    pem = local_root_pem(known.directories.keys)
    if pem is None:
        raise SigningIdentityInvalid(
            f"{known.directories.keys}: no local identity yet; make it with sealreel keys init"
        )
    say(pem.decode().rstrip())


@app.command(
    "import", epilog=example("sealreel keys import chain.pem key.pem", "sealreel mark a.mp4 -o b.mp4 --signer imported")
)
def import_identity(
    ctx: typer.Context,
    chain: Annotated[Path, typer.Argument(metavar="CHAIN", help="PEM certificates, the signing one first.")],
    key: Annotated[Path, typer.Argument(metavar="KEY", help="Its private key in PEM; may stay encrypted.")],
    *,
    _signer_password_file: PasswordFile = None,
    force: Force = False,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Keep your own certificate chain and key with the installation; sign with it by --signer imported."""
    from ..keychain import import_identity as keep

    known = in_force(ctx)
    keep(known, chain, key, force=force)
    _print(known, action="import", as_json=as_json)


@app.command(epilog=example("sealreel keys trust their-root.pem", "sealreel keys trust authority.pem --kind tsa"))
def trust(
    ctx: typer.Context,
    pem: Annotated[Path, typer.Argument(metavar="PEM", help="Root certificates to trust.")],
    *,
    kind: Annotated[
        Kind, typer.Option("--kind", help="What they vouch for: signers of manifests, time stamps, CAWG identities.")
    ] = "manifest",
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Trust a root from now on: files that its signers signed are verified here."""
    known = in_force(ctx)
    kept = add(known.directories.trust, pem, kind)
    _print(known, action="trust", file=kept, as_json=as_json)


@app.command(epilog=example("sealreel keys rotate"))
def rotate(ctx: typer.Context, *, _config: ConfigFile = None, as_json: JsonFlag = False) -> None:
    """Mark with a new watermark key from now on; marks of the old ones stay readable. There is room for 15."""
    from ...provenance.keyring import rotate as add_key

    known = in_force(ctx)
    add_key(known.directories.keys)
    _print(known, action="rotate", as_json=as_json)


@app.command(epilog=example("sealreel keys backup keys.backup"))
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the backup.")],
    *,
    passphrase_file: PassphraseFile = None,
    force: Force = False,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Write watermark keys and local identity into one encrypted file; who loses both can read no mark again."""
    from ...provenance.keyring import backup as write_backup

    known = in_force(ctx)
    write_backup(known.directories.keys, file, _passphrase(passphrase_file), force=force)
    warn("keep the passphrase and the file apart: together they can forge your marks and signatures")
    _print(known, action="backup", file=file, as_json=as_json)


@app.command(epilog=example("sealreel keys restore keys.backup"))
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup as keys backup writes it.")],
    *,
    passphrase_file: PassphraseFile = None,
    force: Force = False,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Put a backup's keys into this installation; keys that are here already are lost only with --force."""
    from ...provenance.keyring import restore as read_backup

    known = in_force(ctx)
    read_backup(file, known.directories.keys, _passphrase(passphrase_file), force=force)
    _print(known, action="restore", file=file, as_json=as_json)


def _passphrase(file: Path | None) -> str:
    text = password_from(file, what="Passphrase of the backup")()
    try:
        passphrase = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsInvalid(f"the passphrase is not UTF-8 text: {error}") from error
    if not passphrase:
        raise SettingsInvalid("the passphrase is empty; a backup needs one")
    return passphrase


def _print(known: InForce, *, action: str, as_json: bool, file: Path | None = None) -> None:
    from ..keychain import keys_answer, keys_report

    answer = keys_answer(known, action=action, file=file)
    if as_json:
        emit(answer)
    else:
        say(keys_report(answer))
