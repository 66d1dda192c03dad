"""The things, deeds and places of the tiny world, and the facts that make a scene of them possible."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

Object: TypeAlias = Literal["ball", "block", "cone", "star", "heart", "ring"]
Character: TypeAlias = Literal["cat", "robot", "ghost"]
Prop: TypeAlias = Literal["cookie", "wall", "vase", "cup", "jug", "plant", "screen"]
Kind: TypeAlias = Object | Character | Prop
Colour: TypeAlias = Literal["red", "orange", "yellow", "green", "cyan", "blue", "purple", "white"]
Material: TypeAlias = Literal["matte", "shiny", "wooden", "glass"]
Size: TypeAlias = Literal["small", "medium", "large"]
Background: TypeAlias = Literal["meadow", "beach", "city", "night", "room", "snow", "forest"]
Light: TypeAlias = Literal["day", "sunset", "overcast"]
Style: TypeAlias = Literal["photoreal", "animated"]
Camera: TypeAlias = Literal["static", "pan_left", "pan_right", "zoom_in", "zoom_out", "orbit", "dolly_in"]
Direction: TypeAlias = Literal["left", "right"]
Relation: TypeAlias = Literal["left_of", "right_of", "behind", "in_front_of", "between"]
Outcome: TypeAlias = Literal["none", "bitten", "dented", "fallen", "broken", "filled"]
Action: TypeAlias = Literal[
    "still", "move", "rise", "bounce", "jump", "orbit", "chase", "collide", "topple", "bite", "dent", "break", "pour",
    "give", "grow", "hide",
]  # fmt: skip

OBJECTS: Final[tuple[Object, ...]] = get_args(Object)
CHARACTERS: Final[tuple[Character, ...]] = get_args(Character)
PROPS: Final[tuple[Prop, ...]] = get_args(Prop)
KINDS: Final[tuple[Kind, ...]] = (*OBJECTS, *CHARACTERS, *PROPS)
COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)
MATERIALS: Final[tuple[Material, ...]] = get_args(Material)
SIZES: Final[tuple[Size, ...]] = get_args(Size)
BACKGROUNDS: Final[tuple[Background, ...]] = get_args(Background)
LIGHTS: Final[tuple[Light, ...]] = get_args(Light)
STYLES: Final[tuple[Style, ...]] = get_args(Style)
CAMERAS: Final[tuple[Camera, ...]] = get_args(Camera)
DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)
RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)

_MOVERS: Final[tuple[Kind, ...]] = (*OBJECTS, *CHARACTERS)
BYSTANDERS: Final[tuple[Kind, ...]] = (*_MOVERS, "cookie", "vase", "cup", "jug", "plant")
"""What may stand about without a part in the action."""


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What a kind can be made of, and how much room it takes."""

    materials: tuple[Material, ...]
    half_width: float
    """World units at size medium; the picture is about 4.2 wide where things stand."""
    half_height: float
    sized: bool = True
    """Whether it comes in three sizes; else it is always medium, and captions do not name its size."""


KIND_FACTS: Final[dict[Kind, KindFacts]] = {
    "ball": KindFacts(MATERIALS, 0.46, 0.46),
    "block": KindFacts(MATERIALS, 0.38, 0.52),
    "cone": KindFacts(MATERIALS, 0.46, 0.54),
    "star": KindFacts(MATERIALS, 0.52, 0.50),
    "heart": KindFacts(MATERIALS, 0.48, 0.46),
    "ring": KindFacts(MATERIALS, 0.48, 0.48),
    "cat": KindFacts(("matte", "shiny"), 0.50, 0.56),
    "robot": KindFacts(("matte", "shiny"), 0.44, 0.62),
    "ghost": KindFacts(("matte", "shiny"), 0.44, 0.58),
    "cookie": KindFacts(("matte",), 0.46, 0.46),
    "wall": KindFacts(("matte",), 0.34, 1.05, sized=False),
    "vase": KindFacts(("matte", "shiny", "glass"), 0.38, 0.60),
    "cup": KindFacts(("glass",), 0.40, 0.42),
    "jug": KindFacts(("glass",), 0.46, 0.52),
    "plant": KindFacts(("matte", "shiny"), 0.44, 0.64),
    "screen": KindFacts(("matte", "wooden"), 0.62, 0.95, sized=False),
}
"""Size, material and so on that a kind does not offer are not drawn for it."""

SIZE_FACTORS: Final[dict[Size, float]] = {"small": 0.94, "medium": 1.3, "large": 1.75}


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """Who takes part in an action, in the order of `Scene.things`."""

    roles: tuple[tuple[Kind, ...], ...]
    """The kinds that may play each part; things beyond these are bystanders, who do nothing."""
    directed: bool = False
    """Whether it goes to the left or to the right: the way that the first thing goes, faces, pours or gives."""
    outcome: Outcome = "none"
    """What the event leaves behind, for ever, on the second thing."""
    together: bool = False
    """Whether two or three same things may do it together ("three red balls bounce")."""


ACTION_FACTS: Final[dict[Action, ActionFacts]] = {
    "still": ActionFacts((BYSTANDERS,), together=True),
    "move": ActionFacts((_MOVERS,), directed=True, together=True),
    "rise": ActionFacts(((*OBJECTS, "ghost"),), together=True),
    "bounce": ActionFacts((OBJECTS,), together=True),
    "jump": ActionFacts((_MOVERS,), together=True),
    "orbit": ActionFacts(((*OBJECTS, "ghost"), (*_MOVERS, "plant"))),
    "chase": ActionFacts((CHARACTERS, _MOVERS), directed=True),
    "collide": ActionFacts((_MOVERS, OBJECTS), directed=True),
    "topple": ActionFacts((_MOVERS, ("block",)), directed=True, outcome="fallen"),
    "bite": ActionFacts((CHARACTERS, ("cookie",)), directed=True, outcome="bitten"),
    "dent": ActionFacts((_MOVERS, ("wall",)), directed=True, outcome="dented"),
    "break": ActionFacts((_MOVERS, ("vase",)), directed=True, outcome="broken"),
    "pour": ActionFacts((("jug",), ("cup",)), directed=True, outcome="filled"),
    "give": ActionFacts((CHARACTERS, OBJECTS, CHARACTERS), directed=True),
    "grow": ActionFacts(((*_MOVERS, "plant"),), together=True),
    "hide": ActionFacts((_MOVERS, ("screen",)), directed=True),
}
"""`give` is (giver, gift, receiver); in every other action the first thing acts (on the second)."""


def lights_of(background: Background) -> tuple[Light, ...]:
    """Return the lights a place can have; night has only its moon, written "day" because captions leave that out."""
    return ("day",) if background == "night" else LIGHTS
