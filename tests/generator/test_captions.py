"""What is said of a scene is true, names what it says it names, and is in words that the tokenizer knows."""

import random
from typing import Any, get_args

import pytest

from sealreel.generator.world import ACTIONS, Scene, Thing, sample_scene
from sealreel.generator.world.captions import (
    LANGUAGES,
    LanguageCode,
    caption,
    captioned,
    folded,
    plain_caption,
    words_known,
    words_of,
)
from sealreel.generator.world.captions.telling import UNKNOWN_WORD

CODES = get_args(LanguageCode)
RED_BALL = Thing("ball", "red", "medium", "matte")
BLUE_BLOCK = Thing("block", "blue", "medium", "matte")


def scene(*things: Thing, **changes: Any) -> Scene:
    facts: dict[str, Any] = {
        "action": "still", "direction": None, "relation": None, "camera": "static", "background": "meadow",
        "light": "day", "style": "photoreal", "seed": 0,
    }  # fmt: skip
    return Scene(things=things or (RED_BALL,), **(facts | changes))


def some_scenes(count: int = 150, seed: int = 4) -> list[Scene]:
    rng = random.Random(seed)
    return [sample_scene(rng) for _ in range(count)]


@pytest.mark.parametrize("code", CODES)
def test_every_word_of_every_caption_is_known(code: LanguageCode) -> None:
    rng = random.Random(1)

    said = {word for one in some_scenes(600) for word in words_of(caption(one, rng, language=code))}

    assert said - words_known() <= {UNKNOWN_WORD}


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_told_in_hundreds_of_ways(action: Any) -> None:
    told, rng = sample_scene(random.Random(2), action=action), random.Random(3)

    assert len({caption(told, rng, language="en", detail=0.0) for _ in range(1_000)}) > 300


def test_the_same_chance_tells_the_same() -> None:
    told = some_scenes(1)[0]

    assert captioned(told, random.Random(7)) == captioned(told, random.Random(7))


@pytest.mark.parametrize("code", CODES)
def test_colours_are_named_where_the_caption_says_so_and_never_a_wrong_one(code: LanguageCode) -> None:
    rng, tables = random.Random(5), LANGUAGES[code].colours
    words = {name: {word for one in tables[name] for form in one.forms for word in words_of(form)} for name in tables}
    for told in some_scenes():
        found = captioned(told, rng, language=code)
        text = set(words_of(found.text.replace("golden hour", "")))
        named = {one.colour for one, said in zip(told.things, found.mentioned.colours, strict=True) if said}
        assert {name for name in tables if text & words[name]} == named, found.text


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("side", ["left", "right"])
def test_only_the_side_that_it_goes_to_comes_last(code: LanguageCode, side: Any) -> None:
    here, there = {"en": ("left", "right"), "fr": ("gauche", "droite"), "es": ("izquierda", "derecha")}[code]
    for phrase in LANGUAGES[code].directions[side]:
        sides = [word for word in words_of(phrase) if word.startswith((here, there, "droit", "derech", "izquierd"))]
        goes = sides[-1].startswith(here[:7]) if side == "left" else sides[-1].startswith(there[:5])
        comes = phrase.startswith(("from the", "coming", "depuis", "venant", "desde")) and len(sides) == 1
        assert goes != comes, phrase


def test_who_does_it_and_to_whom_is_told_apart() -> None:
    chase = scene(Thing("cat", "red", "medium", "matte"), BLUE_BLOCK, action="chase", direction="left")

    assert plain_caption(chase) == "a photorealistic video of a red cat chasing a blue block to the left on a meadow"


def test_a_passive_names_the_one_that_suffers_first() -> None:
    chase, rng = scene(Thing("cat", "red", "medium", "matte"), BLUE_BLOCK, action="chase"), random.Random(8)
    told = [folded(caption(chase, rng, language="en", detail=0.0)) for _ in range(300)]

    for text in told:
        suffers = any(phrase in text for phrase in ("by a", "by the", "by one", "away from", "flee", "escap"))
        assert (text.find("red") < text.find("blue")) != suffers or "red" not in text or "blue" not in text


def test_relations_are_told_from_both_ends() -> None:
    standing, rng = scene(RED_BALL, BLUE_BLOCK, relation="left_of"), random.Random(9)
    told = [folded(caption(standing, rng, language="en", detail=0.0)) for _ in range(400)]

    assert any("left of" in text and text.find("red") < text.find("blue") for text in told)
    assert any("right of" in text and -1 < text.find("blue") < text.find("red") for text in told)


def test_the_same_things_are_counted() -> None:
    assert plain_caption(scene(*[RED_BALL] * 3, action="bounce")).startswith(
        "a photorealistic video of three red balls bouncing"
    )


def test_grammar_bends_with_gender_and_number() -> None:
    stars = scene(*[Thing("star", "green", "large", "matte")] * 2, action="rise", background="snow")
    ring = scene(Thing("cat", "white", "small", "matte"), action="move", direction="right", background="beach")

    french, spanish = plain_caption(stars, language="fr"), plain_caption(stars, language="es")

    assert french == "une vidéo réaliste de deux grandes étoiles vertes qui montent dans la neige"
    assert spanish == "un vídeo realista de dos estrellas verdes grandes que suben en la nieve"
    assert plain_caption(ring, language="fr").startswith("une vidéo réaliste d'un petit chat blanc qui marche vers la")


@pytest.mark.parametrize("camera", ["pan_left", "pan_right", "zoom_in", "zoom_out", "orbit", "dolly_in"])
@pytest.mark.parametrize("code", CODES)
def test_cameras_never_share_a_phrase(code: LanguageCode, camera: Any) -> None:
    tables = LANGUAGES[code].cameras
    others = {text for name, entry in tables.items() if name != camera for text in (*entry.phrases, *entry.tags)}

    assert not others & {*tables[camera].phrases, *tables[camera].tags}


def test_full_detail_names_all_and_none_only_the_essence() -> None:
    rng = random.Random(10)
    for told in some_scenes(60):
        full = captioned(told, rng, detail=1.0).mentioned
        bare = captioned(told, rng, detail=0.0).mentioned
        assert all((full.camera, full.background, full.style))
        assert not any((bare.camera, bare.background, bare.style, *bare.sizes, *bare.materials))
        assert all((*bare.colours, *bare.kinds))


def test_the_tokenizer_reads_case_accents_and_joints_alike() -> None:
    pytest.importorskip("transformers", reason="the extra `generate` is not installed")
    from sealreel.generator.world.captions import build_tokenizer

    tokenizer: Any = build_tokenizer()
    ids = tokenizer("Émeraude; l'herbe: 3 helicopters!").input_ids

    assert tokenizer.convert_ids_to_tokens(ids) == ["emeraude", ",", "l", "herbe", ",", "3", "<unk>", ",", "</s>"]
    assert tokenizer.pad_token_id == 0


def test_captions_fit_the_encoder() -> None:
    rng = random.Random(11)

    assert max(len(words_of(caption(told, rng, detail=1.0))) for told in some_scenes(400)) < 64
