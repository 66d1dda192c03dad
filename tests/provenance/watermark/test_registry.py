"""Methods that other distributions register, installed for real into a folder of the path."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.errors import MethodUnusable, NoMarkPossible, UnreadableMedia
from sealreel.media import Encoding, Picture, generated_form, probe, remux, write_pictures
from sealreel.provenance import Facts, Payload, ReleaseConfig, VerifyConfig, release, verify
from sealreel.provenance.watermark import METHOD_NAMES, Strength, WatermarkKey, load_method
from sealreel.provenance.watermark.registry import method_names

Planes = list[NDArray[np.uint8]]
Pictures = Callable[[Iterable[NDArray[np.uint8]]], Iterator[Picture]]
Install = Callable[..., None]
MakeFrames = Callable[[], Iterator[Picture]]
FACTS = Facts(
    digital_source_type="trainedAlgorithmicMedia",
    generated_or_altered="generated",
    system="sealreel-test",
    system_version="1",
)
DOCUMENT = Path(__file__).parents[3] / "docs" / "watermark-methods.md"

METHOD = """
from dataclasses import replace
from sealreel.provenance import Extraction, Payload

class Method:
    name, capacity_bits, proves_presence = "other", 64, False
    def embed(self, pictures, payload, key, *, strength=None):
        {embed}
    def extract(self, clip, keys, *, known=(), limits=None, stop_at_log10_p=None):
        {extract}
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a distribution with one module, as pip lays it out."""

    def install(code: str, names: str = "other = {module}:Method", distribution: str = "acme_marks") -> None:
        site, module = tmp_path / distribution, f"{distribution}_code"
        info = site / f"{distribution}-1.2.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(code)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
        points = names.format(module=module)
        (info / "entry_points.txt").write_text(f"[sealreel.watermark_methods]\n{points}\n")
        monkeypatch.setattr(sys, "path", [str(site), *sys.path])
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


def _method(embed: str = "yield from pictures", extract: str = "return Extraction('not_found', self.name)") -> str:
    return METHOD.format(embed=embed, extract=extract)


def _example() -> str:
    """The method that the documentation shows."""
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return next(block for block in blocks if "class Fields" in block)


def test_the_documented_example_marks_and_reads(
    install: Install, pan: Callable[..., Planes], pictures: Pictures, key: WatermarkKey, tmp_path: Path
) -> None:
    install(_example(), "fields = {module}:Fields")
    method, payload = load_method("fields"), Payload(record_id=0xBEEF)
    form = generated_form(320, 240, rate=Fraction(25))
    marked = method.embed(pictures(pan(320, 240, 3)), payload, key)
    write_pictures(marked, tmp_path / "marked.mp4", form=form, encoding=Encoding(crf=18))

    found = method.extract(probe(tmp_path / "marked.mp4"), [])

    assert (found.status, found.handle, found.method, found.capacity_bits) == ("decoded", 0xBEEF, "fields", 16)


def test_a_registered_method_marks_a_file_whose_record_is_found_again(
    install: Install, tmp_path: Path, installation: ReleaseConfig, look: VerifyConfig, make_frames: MakeFrames
) -> None:
    install(_example(), "fields = {module}:Fields")
    form = generated_form(256, 256, Fraction(25))
    release(make_frames, tmp_path / "clip.mp4", form=form, facts=FACTS, config=replace(installation, method="fields"))
    remux(tmp_path / "clip.mp4", tmp_path / "stripped.mp4")

    verdict = verify(tmp_path / "stripped.mp4", replace(look, methods=("fields",)))

    assert (verdict.conclusion, verdict.watermark.method) == ("recovered", "fields")
    assert verdict.reasons[0].code == "recovered.by_watermark"


@pytest.fixture
def make_frames(pan: Callable[..., Planes], pictures: Pictures) -> MakeFrames:
    return lambda: pictures(pan(256, 256, 8))


def test_the_documented_example_refuses_small_pictures(
    install: Install, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    install(_example(), "fields = {module}:Fields")

    with pytest.raises(NoMarkPossible, match="64 × 64"):
        list(load_method("fields").embed(pictures([np.zeros((63, 64), np.uint8)]), payload, key))


def test_a_registered_name_is_listed_behind_ours(install: Install) -> None:
    install(_method())

    assert method_names() == (*METHOD_NAMES, "other")


@pytest.mark.parametrize("target", ["Method", "Method()", "make"])
def test_an_entry_point_may_be_the_method_or_make_it(install: Install, target: str) -> None:
    install(f"{_method()}\ndef make():\n    return Method()\nready = Method()\n", f"other = {{module}}:{_of(target)}")

    assert load_method("other").name == "other"


def _of(target: str) -> str:
    return "ready" if target == "Method()" else target


def test_code_is_imported_only_when_the_method_is_asked_for(install: Install) -> None:
    install("raise RuntimeError('imported')")

    assert "other" in method_names()
    assert load_method().name == "sealreel.1"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import no_such_library", "cannot be loaded: ModuleNotFoundError"),
        ("class Method: what", "cannot be loaded: NameError"),
        ("raise SystemExit(3)", "cannot be loaded: SystemExit"),
        ("Other = 1", "cannot be loaded: AttributeError"),
        ("Method = 3", "is no method: it has no name, capacity_bits, proves_presence, embed, extract"),
        (_method().replace('"other"', '"mine"'), "calls itself 'mine'; it is registered as 'other'"),
        (_method().replace("64", "128"), "has room for 128 bits; expected 1 to 64"),
    ],
)
def test_a_broken_one_is_refused_with_the_name_of_its_distribution(install: Install, code: str, message: str) -> None:
    install(code)

    with pytest.raises(MethodUnusable, match=rf"'other' of acme_marks 1\.2 \(acme_marks_code:Method\) {message}"):
        load_method("other")


def test_a_broken_one_disturbs_no_other(install: Install) -> None:
    install("raise RuntimeError", distribution="broken", names="broken = {module}:Method")
    install("", distribution="garbled", names="garbled\nno equals sign [ = ")
    install(_method())

    assert load_method("other").name == "other"
    assert method_names() == (*METHOD_NAMES, "broken", "other")


@pytest.mark.parametrize("name", [*METHOD_NAMES, "DWTDCT", "sealreel.2", "a b", "ä", "x" * 41])
def test_a_name_of_ours_or_a_bad_one_is_not_taken(install: Install, name: str) -> None:
    install("raise RuntimeError('imported')", f"{name} = {{module}}:Method")

    assert method_names() == METHOD_NAMES
    assert load_method().name == "sealreel.1"


def test_two_distributions_under_one_name_are_both_refused(install: Install) -> None:
    install(_method())
    install(_method(), distribution="brand_marks")

    with pytest.raises(MethodUnusable, match=r"by acme_marks 1\.2 and brand_marks 1\.2; uninstall all but one"):
        load_method("other")


@pytest.mark.parametrize(
    ("embed", "message"),
    [
        ("yield from list(pictures)[1:]", "not the next one"),
        ("yield from reversed(list(pictures))", "not the next one"),
        ("yield next(iter(pictures))", "left pictures unread"),
        ("yield from (list(pictures)[0],)", "kept 2 pictures back"),
        ("yield from (replace(p, luma=p.luma[:-1]) for p in pictures)", "not the next one"),
        ("yield from (replace(p, luma=p.luma / 2) for p in pictures)", "not the next one"),
        ("yield from ()", "left pictures unread"),
        ("raise KeyError('lost')", "embed failed: KeyError: 'lost'"),
    ],
)
def test_pictures_lost_or_reshaped_are_noticed(
    install: Install, embed: str, message: str, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    install(_method(embed))
    three = pictures([np.full((64, 64), value, np.uint8) for value in (10, 20, 30)])

    with pytest.raises(MethodUnusable, match=message):
        list(load_method("other").embed(three, payload, key, strength=Strength()))


def test_what_goes_wrong_with_the_pictures_is_not_blamed_on_the_method(
    install: Install, key: WatermarkKey, payload: Payload
) -> None:
    def broken() -> Iterator[Picture]:
        raise UnreadableMedia("cut off")
        yield

    install(_method())

    with pytest.raises(UnreadableMedia, match="cut off"):
        list(load_method("other").embed(broken(), payload, key))


@pytest.mark.parametrize(
    ("extract", "message"),
    [("return None", "returned NoneType, expected an Extraction"), ("return 1 / 0", "failed: ZeroDivisionError")],
)
def test_an_answer_that_is_none_is_an_error(install: Install, extract: str, message: str, tiny: Path) -> None:
    install(_method(extract=extract))

    with pytest.raises(MethodUnusable, match=message):
        load_method("other").extract(probe(tiny), [])


@pytest.mark.parametrize(
    ("claim", "proves", "status", "log10_p"),
    [
        ("'decoded', 'x', payload=Payload(1), p_value_log10=-30.0", False, "decoded", None),
        ("'present', 'x', payload=Payload(1), p_value_log10=-30.0", False, "not_found", None),
        ("'decoded', 'x', payload=Payload(1), p_value_log10=-8.0", True, "not_found", -8.0),
        ("'decoded', 'x', payload=Payload(1)", True, "not_found", None),
        ("'decoded', 'x', payload=Payload(1), p_value_log10=-9.0", True, "decoded", -9.0),
    ],
)
def test_a_method_may_claim_no_more_than_it_proves(
    install: Install, claim: str, proves: bool, status: str, log10_p: float | None, tiny: Path
) -> None:
    install(_method(extract=f"return Extraction({claim})").replace("64, False", f"64, {proves}"))
    found = load_method("other").extract(probe(tiny), [])

    assert (found.status, found.method, found.p_value_log10) == (status, "other", log10_p)
    assert (found.payload is None) == (status == "not_found")


@pytest.fixture
def tiny(tmp_path: Path, pictures: Pictures) -> Path:
    path = tmp_path / "tiny.mp4"
    flat = pictures([np.full((64, 64), 90, np.uint8)] * 2)
    write_pictures(flat, path, form=generated_form(64, 64, rate=Fraction(25)))
    return path
