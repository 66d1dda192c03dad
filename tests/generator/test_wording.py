"""Every word of a prompt is known, placed near one that is, or said to be unplaced."""

from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from sealreel.errors import SettingsInvalid
from sealreel.generator.wording import Placed, Reading, as_json, read_prompt, sentences
from sealreel.generator.wording.building import build_lexicon
from sealreel.generator.wording.inflection import bent
from sealreel.generator.wording.lexicon import Entry, load_lexicon, read, written
from sealreel.generator.wording.spelling import distance
from sealreel.generator.wording.wordnet import read_wordnet
from sealreel.generator.world.captions import words_known, words_of

KNOWN = words_known()


def reading(prompt: str) -> Reading:
    return read_prompt(prompt, known=KNOWN)


@pytest.mark.parametrize(
    "prompt",
    [
        "A red ball rolls to the left, on a meadow.",
        "a cat eats a cookie",
        "un chat bleu poursuit une balle rouge vers la gauche",
        "un gato azul persigue a una pelota roja hacia la izquierda",
    ],
)
def test_a_prompt_of_known_words_stays_as_it_is(prompt: str) -> None:
    assert reading(prompt) == Reading(prompt, prompt, (), ())


@pytest.mark.parametrize(
    ("prompt", "for_model"),
    [
        ("a red baal rolls to the rigth", "a red ball rolls to the right"),
        ("a photorealistc vido of a yelow strar", "a photorealistic video of a yellow star"),
        ("a dog eats an apple", "a cat eats a ball"),
        ("two dogs chased a mouse", "two cats chases a cat"),
        ("the cookie was devoured by a wolf", "the cookie is eaten by a cat"),
        ("an elephant walks to the left", "a creature walks to the left"),
        ("a girl gives a rose to a knight", "a character gives a plant to a character"),
        ("a gigantic translucent pyramid", "a big transparent pyramid"),
        ("un chien rouge roulait vers la gauche", "un chat rouge roule vers la gauche"),
        ("un perro come una manzana", "un gato come una pelota"),
        ("a red ball chased a blue block", "a red ball chases a blue block"),
        ("a red ball chased by a broken robot", "a red ball chased by a broken robot"),
    ],
)
def test_an_unknown_word_gives_way_to_the_nearest_known_one(prompt: str, for_model: str) -> None:
    assert reading(prompt).prompt_for_model == for_model


def test_a_noun_that_cannot_be_placed_is_some_object() -> None:
    found = reading("a shiny helicopter flies over the city")

    assert found.prompt_for_model == "a shiny object flies over the city"
    assert found.unplaced == found.stood_in == ("helicopter",)
    assert sentences(found) == ("I could not place: helicopter; drew some object instead",)


def test_a_place_that_cannot_be_placed_is_left_out_whole() -> None:
    found = reading("a red ball next to a car on the table")

    assert found.prompt_for_model == "a red ball next to an object"
    assert (found.unplaced, found.stood_in) == (("car", "table"), ("car",))


def test_what_is_no_noun_is_left_out_and_said() -> None:
    found = reading("a vintage black ball, low quality")

    assert found.prompt_for_model == "a ball"
    assert found.unplaced == ("vintage", "black", "low", "quality")
    assert sentences(found) == ("I could not place: vintage, black, low, quality; left out",)


def test_small_words_are_left_out_without_a_word() -> None:
    found = reading("these are some of the balls that I would see")

    assert not set(found.unplaced) & {"these", "some", "of", "i", "would"}


def test_a_real_word_is_no_misspelling() -> None:
    assert reading("a bell").placed == ()
    assert reading("a bell").unplaced == ("bell",)


def test_a_misspelling_is_said_and_an_inflection_is_not() -> None:
    found = reading("a red baal rolled left")

    assert [(one.word, one.how) for one in found.placed] == [("baal", "spelling"), ("rolled", "inflection")]
    assert sentences(found) == ("I read baal as ball",)


def test_a_reading_is_told_to_programs() -> None:
    assert as_json(Reading("dog xy", "cat", (Placed("dog", "cat", "akin"),), ("xy",))) == {
        "prompt_for_model": "cat",
        "placed": [{"word": "dog", "used": "cat", "how": "akin"}],
        "unplaced": ["xy"],
        "stood_in": [],
    }


@pytest.mark.parametrize("prompt", ["", "…", "!!!", "🙂", "qwrtz plmkj", "一只红色的球", "a" * 3_000])
def test_any_text_can_be_read(prompt: str) -> None:
    assert set(words_of(reading(prompt).prompt_for_model)) <= KNOWN


@example("I:Y:0")  # a pronoun and one letter that ends like a verb
@given(st.text(max_size=60))
def test_whatever_is_read_the_model_gets_known_words_only(prompt: str) -> None:
    found = reading(prompt)

    assert set(words_of(found.prompt_for_model)) <= KNOWN


@pytest.mark.parametrize(("base", "form", "passive", "wanted"), [
    ("chase", "past", False, "chases"), ("chase", "past", True, "chased"), ("eat", "past", True, "eaten"),
    ("roll", "ing", False, "rolling"), ("hop", "ing", False, "hopping"), ("qux", "base", False, None),
])  # fmt: skip
def test_words_bend_to_known_forms(base: str, form: str, passive: bool, wanted: str | None) -> None:
    assert bent(base, form, KNOWN, passive=passive) == wanted  # pyright: ignore[reportArgumentType] - a table of strings


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("ball", "ball", 0), ("blal", "ball", 1), ("bal", "ball", 1), ("boll", "bell", 1), ("abc", "xyz", 3)],
)
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert distance(one, other, at_most=2) == slips


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_slips_count_the_same_from_both_sides(one: str, other: str) -> None:
    assert distance(one, other, at_most=7) == distance(other, one, at_most=7)


def test_the_lexicon_leads_to_known_words_from_unknown_ones() -> None:
    for language, entries in load_lexicon().items():
        assert not KNOWN & set(entries), f"rebuild the lexicon: captions know {sorted(KNOWN & set(entries))[:5]}"
        for word, entry in entries.items():
            assert entry.target is None or language != "en" or bent(entry.target, "base", KNOWN, passive=False), word
            assert entry.target is None or language == "en" or entry.target in KNOWN, word


def test_the_lexicon_is_large_and_small() -> None:
    assert sum(entry.target is not None for entry in load_lexicon()["en"].values()) > 5_000


def test_written_entries_are_read_again() -> None:
    entries = {"en": {"dog": Entry("cat", "akin", "n"), "bell": Entry(None, "kind", "n")}, "fr": {}, "es": {}}

    assert read(written(entries)) == entries  # pyright: ignore[reportArgumentType] - the keys are literals


@pytest.fixture
def small_wordnet(tmp_path: Path) -> Path:
    """A WordNet of seven nouns, in its own format: poodle < dog < animal, tabby < cat < animal, and rock."""
    nouns = {1: ("animal", 0), 2: ("dog", 1), 3: ("poodle", 2), 4: ("cat", 1), 5: ("tabby", 4), 6: ("quartz", 0)}
    data = ["  1 a licence"]
    for at, (word, above) in nouns.items():
        pointer = f"001 @ {above:08d} n 0000" if above else "000"
        data.append(f"{at:08d} 05 n 01 {word} 0 {pointer} | a gloss")
    index = ["  1 a licence", *(f"{word} n 1 0 1 0 {at:08d}  " for at, (word, _) in nouns.items())]
    senses = [f"{word}%1:05:00:: {at:08d} 1 0" for at, (word, _) in nouns.items()]
    for name, lines in {"data.noun": data, "index.noun": index, "index.sense": senses}.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    for name in ("data.verb", "index.verb", "data.adj", "index.adj"):
        (tmp_path / name).write_text("  1 a licence\n")
    return tmp_path


def test_words_are_placed_below_the_nearest_anchor(small_wordnet: Path) -> None:
    built = build_lexicon(read_wordnet(small_wordnet), "n cat = cat.n.1\nn cat ~ dog.n.1\nn creature < animal.n.1")[
        "en"
    ]

    assert built["poodle"] == Entry("cat", "akin", "n")
    assert built["tabby"] == Entry("cat", "kind", "n")
    assert built["animal"] == Entry("creature", "kind", "n")
    assert "quartz" not in built


def test_a_folder_that_is_not_wordnet_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"index\.sense is not there; name the `dict` folder"):
        read_wordnet(tmp_path)
