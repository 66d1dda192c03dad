"""English: the words and phrases of the tiny world."""

import re
from typing import Final

from .english_deeds import DEEDS, DIRECTIONS, OWN_DEEDS, SIBILANT, conjugate
from .language import Frame, Language, Noun, Openings, Standing, listed, parted, places, plain_adjectives


def _nouns(text: str) -> tuple[Noun, ...]:
    return tuple(Noun(one, _plural(one)) for one in listed(text))


def _plural(one: str) -> str:
    return f"{one}es" if one.endswith(SIBILANT) and not one.endswith("o") else f"{one}s"


_FRAMES: Final = (
    Frame("{s} {f}", "sentence", 8),
    Frame("{s} {is} {g}", "sentence", 5),
    Frame("{s} {g}", "nominal", 8),
    Frame("{s} that {f}", "nominal", 2),
    Frame("{s} which {f}", "nominal", 1),
    Frame("there {is} {s} that {f}", "presenting", 1),
    Frame("there {is} {s} {g}", "presenting", 1),
    Frame("we see {s} {g}", "presenting", 1),
    Frame("you can see {s} {g}", "presenting", 1),
    Frame("watch {s} {g}", "presenting", 1),
)

ENGLISH: Final = Language(
    code="en",
    nouns={
        "ball": _nouns("ball, sphere, orb, globe, circle, bubble, marble, disc"),
        "block": _nouns("block, cube, box, brick, square, crate, tower"),
        "cone": _nouns("cone, pyramid, triangle, traffic cone"),
        "star": _nouns("star, starfish"),
        "heart": _nouns("heart, love heart"),
        "ring": _nouns("ring, hoop, donut, torus, doughnut, wheel, tyre"),
        "cat": _nouns("cat, kitten, kitty, pussycat, feline"),
        "robot": _nouns("robot, android, bot, droid, automaton"),
        "ghost": _nouns("ghost, phantom, spirit, spook, spectre"),
        "cookie": _nouns("cookie, biscuit, cracker, pastry"),
        "wall": _nouns("wall, barrier, brick wall"),
        "vase": _nouns("vase, flower vase, urn"),
        "cup": _nouns("cup, glass, mug, tumbler, beaker"),
        "jug": _nouns("jug, pitcher, carafe, bottle"),
        "plant": _nouns("plant, flower, potted plant, houseplant, bush"),
        "screen": _nouns("screen, panel, partition, folding screen, curtain, board"),
    },
    anything=_nouns("thing, object, toy, item, shape"),
    anyone=_nouns("character, creature, figure, being, somebody"),
    colours={
        "red": plain_adjectives("red, crimson, scarlet, ruby, cherry", before=True),
        "orange": plain_adjectives("orange, tangerine, amber, carrot", before=True),
        "yellow": plain_adjectives("yellow, golden, lemon", before=True),
        "green": plain_adjectives("green, emerald, lime", before=True),
        "cyan": plain_adjectives("cyan, turquoise, teal, aqua", before=True),
        "blue": plain_adjectives("blue, navy, cobalt, azure", before=True),
        "purple": plain_adjectives("purple, violet, lilac, mauve", before=True),
        "white": plain_adjectives("white, ivory, pearl", before=True),
    },
    sizes={
        "small": plain_adjectives("small, little, tiny, mini", before=True),
        "medium": plain_adjectives("medium, average, normal", before=True),
        "large": plain_adjectives("big, large, huge, giant, great", before=True),
    },
    materials={
        "matte": plain_adjectives("matte, dull, plain", before=True),
        "shiny": plain_adjectives("shiny, glossy, polished, gleaming, metal", before=True),
        "wooden": plain_adjectives("wooden, wood", before=True),
        "glass": plain_adjectives("glass, transparent, crystal", before=True),
    },
    made_of={
        "matte": (),
        "shiny": ("made of metal",),
        "wooden": ("made of wood", "of wood"),
        "glass": ("made of glass", "of glass"),
    },
    indefinite=("a", "a"),
    definite=("the", "the", "the", "the"),
    single=("one", "one"),
    numbers={
        2: ("two", "2", "a pair of", "a couple of", "both"),
        3: ("three", "3", "a group of three", "a trio of", "all three"),
    },
    deeds=DEEDS,
    own_deeds=OWN_DEEDS,
    directions=DIRECTIONS,
    standings={
        "left_of": Standing(
            listed("to the left of {b}, left of {b}, on the left side of {b}, on the left of {b}"),
            listed("to the right of {a}, right of {a}, on the right side of {a}, on the right of {a}"),
            ("{a} on the left and {b} on the right", "{b} on the right and {a} on the left"),
        ),
        "right_of": Standing(
            listed("to the right of {b}, right of {b}, on the right side of {b}, on the right of {b}"),
            listed("to the left of {a}, left of {a}, on the left side of {a}, on the left of {a}"),
            ("{a} on the right and {b} on the left", "{b} on the left and {a} on the right"),
        ),
        "behind": Standing(
            listed("behind {b}, in back of {b}, at the back of {b}"),
            listed("in front of {a}, before {a}"),
            ("{b} in front and {a} behind", "{a} at the back and {b} at the front"),
        ),
        "in_front_of": Standing(
            listed("in front of {b}, before {b}, at the front of {b}"),
            listed("behind {a}, in back of {a}"),
            ("{a} in front and {b} behind", "{b} at the back and {a} at the front"),
        ),
        "between": Standing(
            listed("""between {b} and {c}, in between {b} and {c}, between {c} and {b}, in the middle of {b} and
                {c}, in the middle between {b} and {c}"""),
            whole=("{b} and {c} with {a} between them", "{c} and {b} with {a} in the middle"),
        ),
    },
    stances=listed("be, stand, sit, rest, be placed, stay"),
    frames=_FRAMES,
    be=("is", "are"),
    backgrounds={
        "meadow": places(
            """on a meadow, in a meadow, on the grass, in a field, in a park, on a lawn, in the
            countryside, in a garden, outdoors on the grass""",
            "meadow, grass, park, field, countryside",
        ),
        "beach": places(
            """on a beach, at the beach, on the sand, by the sea, on a sandy beach, at the seaside, near the ocean,
            on the shore, on the coast""",
            "beach, seaside, sand, sea, ocean",
        ),
        "city": places(
            """in a city, in the city, on a street, in a town, downtown, in front of skyscrapers, between buildings,
            in the streets, on a road, in an urban street""",
            "city, street, town, urban, skyline",
        ),
        "night": places(
            """at night, in the night, under the night sky, in the dark, by moonlight, at midnight, in the
            moonlight, under the moon, in darkness""",
            "night, night sky, dark, moonlight",
        ),
        "room": places(
            """in a room, indoors, in a living room, inside a house, at home, on the floor of a room, in a kitchen,
            in a studio, inside""",
            "room, indoor, indoors, living room, studio",
        ),
        "snow": places(
            """in the snow, on snow, in winter, on a snowy field, in a snowy landscape, on the ice, in a winter
            landscape, over the snow""",
            "snow, winter, snowy landscape, ice",
        ),
        "forest": places(
            """in a forest, in the woods, in the forest, among trees, in a wood, between the trees, in the jungle,
            under tall trees""",
            "forest, woods, trees, jungle",
        ),
    },
    lights={
        "day": places(
            """in daylight, on a sunny day, in the sunshine, by day, during the day, at noon, in bright light, in
                the sun""",
            "daylight, sunny, bright day, sunshine",
        ),
        "sunset": places(
            """at sunset, in the evening, at dusk, in the evening light, during sunset, in the light of the setting
            sun, at dawn, at golden hour""",
            "sunset, evening light, dusk, golden hour",
        ),
        "overcast": places(
            """under a cloudy sky, on a cloudy day, under a grey sky, in cloudy weather, on an overcast day, under
            clouds, on a gray day, in dull weather""",
            "overcast, cloudy, clouds, grey sky",
        ),
    },
    cameras={
        "static": places(
            "the camera stands still, the camera is static, the camera does not move, the camera stays fixed",
            "static camera, fixed camera, still camera, static shot, tripod shot, locked camera",
        ),
        "pan_left": places(
            """the camera pans left, the camera pans to the left, the camera turns left, the camera turns to the
            left, the view pans left, the camera swings to the left, the camera looks to the left""",
            "camera pan left, pan left, panning left, camera panning to the left, left pan",
        ),
        "pan_right": places(
            """the camera pans right, the camera pans to the right, the camera turns right, the camera turns to the
            right, the view pans right, the camera swings to the right, the camera looks to the right""",
            "camera pan right, pan right, panning right, camera panning to the right, right pan",
        ),
        "zoom_in": places(
            "the camera zooms in, the camera slowly zooms in, the view zooms in, we zoom in",
            "zoom in, camera zoom in, zooming in, slow zoom in",
        ),
        "zoom_out": places(
            "the camera zooms out, the camera slowly zooms out, the view zooms out, we zoom out",
            "zoom out, camera zoom out, zooming out, slow zoom out",
        ),
        "orbit": places(
            """the camera orbits, the camera circles the scene, the camera orbits around the scene, the camera moves
            around the scene, the camera flies around the scene""",
            "orbit shot, orbiting camera, camera orbit, circling camera, arc shot",
        ),
        "dolly_in": places(
            """the camera moves forward, the camera dollies in, the camera moves closer, the camera comes closer,
            the camera pushes in, the camera drives forward, the camera moves in""",
            "dolly in, dolly shot, push in, camera moving forward, forward camera",
        ),
    },
    camera_joints=(", {camera}", ". {camera}", " while {camera}", " as {camera}", ", and {camera}"),
    styles={
        "photoreal": Openings(
            listed("""a photorealistic video of, a realistic video of, photorealistic footage of, a realistic clip
                of, a photo of, a lifelike video of, real footage of, a live action shot of, a photograph of, a
                photoreal clip of, a realistic film of, a realistic shot of"""),
            listed("a photorealistic video where, realistic:, photorealistic:, a realistic film in which"),
        ),
        "animated": Openings(
            listed("""a cartoon of, an animation of, an animated video of, a cartoon video of, an animated film of,
                a drawing of, an animated clip of, an anime of, a comic of, a cel shaded clip of, a drawn film of"""),
            listed("a cartoon where, an animated film in which, animated:, cartoon:, an animation in which"),
        ),
    },
    style_tags={
        "photoreal": listed("""photorealistic, realistic, photorealistic style, in a realistic style, photoreal,
            lifelike, realistic style, real footage"""),
        "animated": listed("""cartoon style, animated, in cartoon style, cartoon, animation, anime style, flat
            colors, comic style, in the style of a cartoon, cel shaded, drawn with outlines, flat colours and
            outlines"""),
    },
    openings=Openings(
        listed("""a video of, a clip of, a shot of, a film of, a scene of, a scene with, a movie of, footage of,
            show me, show, make a video of, create a video of, generate a clip of, a short video of"""),
        listed("a video where, a scene in which, a clip in which, a video in which, a short film where"),
    ),
    bystanders=listed("""with {x} nearby, next to {x}, beside {x}, with {x} standing by, near {x}, while {x} stands
        by, with {x} in the picture, and there is also {x}, as {x} stands still, close to {x}"""),
    and_="and",
    conjugate=conjugate,
    endings=("", "", "", ""),
    contractions=(
        (re.compile(r"\b([Aa]) (?=[aeiou])(?!one\b)"), r"\1n "),
        (re.compile(r"\b(there|There) is (?=(?:two|2|both|three|3|all)\b)"), r"\1 are "),
    ),
    contracted=("an",),
    function_words=parted(
        """a an the this that these those some any it its he him his she her hers they them their we us our you your i
        me my and or but so then than too also just only very really quite more most is are was were be been
        being am do does did done has have had having will would can could may might must should shall of to
        in on at by for with from into onto as if when while where which who whose what how there here yes
        please via per through across along against until upon during toward about over under up down out
        off again each every own same such both all one s t m d ll re ve don doesn isn aren didn wasn won"""
    ),
)  # fmt: skip
