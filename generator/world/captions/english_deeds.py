"""English: what is done in the tiny world, and how its verbs bend."""

from functools import lru_cache
from typing import Final

from ..vocabulary import Action, Direction, Kind
from .language import Deed, VerbForm, listed, parted

_IRREGULAR: Final = {"be": ("is", "are", "being"), "have": ("has", "have", "having"), "lie": ("lies", "lie", "lying")}
_DOUBLED: Final = parted("bob get hit hop nip pat put ram run shut sit skip slip spin stop tip zip")
SIBILANT: Final = ("s", "sh", "ch", "x", "z", "o")


@lru_cache(maxsize=1024)
def conjugate(phrase: str, form: VerbForm, many: bool) -> str:  # noqa: FBT001 - the tables' order
    """Bend the verb at the start of a phrase: "hop in place", going on: "hopping in place"."""
    verb, _, rest = phrase.partition(" ")
    if verb == "do" and form == "going_on":  # do not move -> not moving
        denial, _, denied = rest.partition(" ")
        return f"{denial} {conjugate(denied, form, many)}"
    third, plural, going_on = _IRREGULAR.get(verb) or (_third(verb), verb, _going_on(verb))
    bent = going_on if form == "going_on" else plural if many else third
    return f"{bent} {rest}" if rest else bent


def _third(verb: str) -> str:
    if verb.endswith(SIBILANT):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2:-1] not in "aeou" else f"{verb}s"


def _going_on(verb: str) -> str:
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    return f"{verb[:-1]}ing" if verb.endswith("e") and not verb.endswith("ee") else f"{verb}ing"


_HITS: Final = """hit {b}, bump into {b}, crash into {b}, run into {b}, strike {b}, knock into {b}, bang into {b},
    slam into {b}, smash into {b}"""

DEEDS: Final[dict[Action, Deed]] = {
    "still": Deed(
        listed("""stand still, stay still, stand there, rest, stay in place, stay put, sit still, wait, remain
            still, do not move, remain motionless, keep still, stand in place, stand around, stay where it is""")
    ),
    "move": Deed(
        listed("""move, go, slide, glide, travel, drift, head, move along, pass by, come along, make its way, race,
            rush, hurry, move across the picture, move across the screen, slide along""")
    ),
    "rise": Deed(
        listed("""rise, float up, go up, move up, fly up, rise into the air, move upwards, climb, ascend, lift off,
            soar, take off, levitate, float upwards, rise up, rise into the sky, drift upward, fly away upwards""")
    ),
    "bounce": Deed(
        listed("""bounce, bounce up and down, keep bouncing, bounce on the ground, bob up and down, bounce again and
            again, bounce on the floor, bounce repeatedly, rebound, bounce in place""")
    ),
    "jump": Deed(
        listed("""jump, hop, leap, jump up, jump into the air, hop in place, leap into the air, jump for joy, hop
            about, spring up, jump again and again, make a jump, skip""")
    ),
    "orbit": Deed(
        listed("""circle {b}, orbit {b}, circle around {b}, go around {b}, move around {b}, fly around {b}, revolve
            around {b}, orbit around {b}, travel around {b}, rotate around {b}, go round {b}, run circles around
            {b}, run around {b}, turn around {b}"""),
        of_second=listed("be circled by {a}, be orbited by {a}, have {a} going around it, be surrounded by {a}"),
    ),
    "chase": Deed(
        listed("""chase {b}, follow {b}, run after {b}, pursue {b}, go after {b}, race after {b}, hunt {b}, chase
            after {b}, try to catch {b}, hurry after {b}, move after {b}, track {b}"""),
        of_second=listed("""be chased by {a}, be followed by {a}, run away from {a}, flee from {a}, escape from {a},
            be pursued by {a}, try to escape {a}, be hunted by {a}"""),
    ),
    "collide": Deed(
        (*listed(_HITS), *listed("""push {b}, push {b} away, collide with {b}, push {b} along, ram {b}, shove {b},
            bump {b}, kick {b}, nudge {b}, roll into {b}, slide into {b}, push {b} aside""")),
        of_second=listed("""be hit by {a}, be pushed by {a}, be pushed away by {a}, be struck by {a}, be bumped by
            {a}, get hit by {a}, be shoved by {a}, be rammed by {a}, be kicked by {a}"""),
        after=listed("pushing it along, pushing it on, which slides away, which is pushed on, making it move"),
    ),
    "topple": Deed(
        listed("""knock {b} over, knock over {b}, topple {b}, tip {b} over, push {b} over, knock {b} down, knock
            down {b}, tip over {b}, push over {b}, overturn {b}, make {b} fall over, make {b} fall, bowl {b} over,
            bring {b} down, push {b} down, topple over {b}, throw {b} over"""),
        of_second=listed("""be knocked over by {a}, be toppled by {a}, be tipped over by {a}, be knocked down by
            {a}, fall over when {a} hits it, tip over when {a} hits it, be pushed over by {a}, topple when {a} hits
            it, be overturned by {a}, fall over because of {a}"""),
        after=listed("""which stays down, which stays on the ground, which falls over, and it stays fallen, which
            lies on its side, so that it falls, and it remains on the ground, leaving it on the ground"""),
    ),
    "bite": Deed(
        listed("""eat {b}, bite {b}, take a bite of {b}, bite into {b}, take a bite out of {b}, nibble {b}, munch
            {b}, nibble at {b}, munch on {b}, chew {b}, chew on {b}, taste {b}, have a bite of {b}, snack on {b},
            feed on {b}, nip {b}"""),
        of_second=listed("be eaten by {a}, be bitten by {a}, get bitten by {a}, get eaten by {a}, be chewed by {a}"),
        after=listed("""leaving a bite mark, and the bite mark stays, which has a bite missing, leaving tooth marks,
            and a piece is gone, which now has a piece missing, which is half eaten"""),
    ),
    "dent": Deed(
        (*listed("dent {b}, make a dent in {b}, leave a dent in {b}, put a dent in {b}, damage {b}"), *listed(_HITS)),
        of_second=listed("be dented by {a}, be hit by {a}, get a dent from {a}, be damaged by {a}, be struck by {a}"),
        after=listed("""leaving a dent, and the dent stays, which keeps the dent, which is dented, which now has a
            dent, leaving a mark"""),
    ),
    "break": Deed(
        listed("""break {b}, smash {b}, shatter {b}, break {b} into pieces, smash {b} to pieces, knock {b} to
            pieces, destroy {b}, break {b} apart, crash into {b}, hit {b}, smash {b} into shards, wreck {b}, crush
            {b}"""),
        of_second=listed("""be broken by {a}, be smashed by {a}, be shattered by {a}, break when {a} hits it,
            shatter when {a} hits it, fall to pieces when {a} hits it, be destroyed by {a}, burst when {a} hits it"""),
        after=listed("""leaving shards, which breaks into pieces, and the pieces stay, leaving broken pieces, which
            shatters, and the shards stay on the ground, leaving it broken"""),
    ),
    "pour": Deed(
        listed("""pour water into {b}, fill {b}, pour into {b}, fill {b} with water, pour juice into {b}, fill up
            {b}, pour a drink into {b}, pour liquid into {b}, tip water into {b}, tilt and fill {b}, empty into {b}"""),
        of_second=listed("""be filled by {a}, be filled with water from {a}, fill up with water from {a}, get water
            from {a}, get filled by {a}, be filled from {a}"""),
        whole=listed("""water is poured from {a} into {b}, water flows from {a} into {b}, water pours from {a} into
            {b}, juice is poured from {a} into {b}, someone pours water from {a} into {b}"""),
        after=listed("""which fills up, which stays full, until it is full, and the level rises, which is full at
            the end"""),
    ),
    "give": Deed(
        listed("""give {b} to {c}, hand {b} to {c}, give {c} {b}, pass {b} to {c}, hand {c} {b}, hand {b} over to
            {c}, pass {c} {b}, offer {b} to {c}, bring {b} to {c}, bring {c} {b}, deliver {b} to {c}, present {b} to
            {c}"""),
        of_second=listed("""be given to {c} by {a}, be handed to {c} by {a}, be passed to {c} by {a}, go from {a}
            to {c}"""),
        of_third=listed("""get {b} from {a}, receive {b} from {a}, take {b} from {a}, be given {b} by {a}, be handed
            {b} by {a}, accept {b} from {a}"""),
    ),
    "grow": Deed(
        listed("""grow, get bigger, grow bigger, become bigger, grow larger, get larger, become larger, swell,
            expand, inflate, increase in size, enlarge, grow in size, keep growing, swell up, blow up like a balloon""")
    ),
    "hide": Deed(
        listed("""pass behind {b}, go behind {b}, move behind {b}, disappear behind {b}, hide behind {b}, vanish
            behind {b}, slip behind {b}, travel behind {b}, slide behind {b}, get hidden by {b}, run behind {b}"""),
        of_second=listed("hide {a}, cover {a}, conceal {a}, hide {a} for a moment, block the view of {a}"),
        after=listed("""coming out on the other side, reappearing on the other side, coming out again, reappearing
            unchanged, then reappearing, coming out unchanged"""),
    ),
}  # fmt: skip

_ROLL: Final = listed("roll, roll along, roll over the ground, roll on the ground, roll across the picture")
_WALK: Final = listed("walk, run, stroll, march, go for a walk, wander, step, trot, sneak")
_FLOAT: Final = listed("float, fly, hover, drift, float along, float through the air")
OWN_DEEDS: Final[dict[tuple[Action, Kind], tuple[str, ...]]] = {
    ("move", "ball"): _ROLL,
    ("move", "ring"): _ROLL,
    ("move", "cat"): _WALK,
    ("move", "robot"): _WALK,
    ("move", "ghost"): _FLOAT,
    ("hide", "ball"): ("roll behind {b}",),
    ("hide", "cat"): ("walk behind {b}",),
    ("hide", "robot"): ("walk behind {b}",),
    ("hide", "ghost"): ("float behind {b}",),
    ("collide", "ball"): ("roll into {b}",),
    ("collide", "robot"): ("walk into {b}",),
}

_SIDES: Final = """to the {0}, {0}, towards the {0}, from {1} to {0}, from the {1} to the {0}, {0}wards, toward the
    {0}, to the {0} side, from the {1}, {0}ward, towards the {0} side, coming from the {1}, from the {1} side to the
    {0} side, in the {0} direction, across to the {0}, towards the {0} edge"""
DIRECTIONS: Final[dict[Direction, tuple[str, ...]]] = {
    "left": listed(_SIDES.format("left", "right")),
    "right": listed(_SIDES.format("right", "left")),
}
