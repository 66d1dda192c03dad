"""What happens in a scene, as a pure function of time: defined for every second from 0 on, outcomes stay for ever."""

from collections.abc import Callable
from typing import Final

from ..poses import Floats, PoseTable
from ..scene import Scene
from ..vocabulary import Action
from .alone import bounce, grow, jump, move, rise
from .meetings import chase, collide, give, hide, orbit
from .plan import Plan, plan
from .standing import still
from .traces import bite, dent, pour, shatter, topple

_TIMELINES: Final[dict[Action, Callable[[Plan, PoseTable], None]]] = {
    "still": still,
    "move": move,
    "rise": rise,
    "bounce": bounce,
    "jump": jump,
    "orbit": orbit,
    "chase": chase,
    "collide": collide,
    "topple": topple,
    "bite": bite,
    "dent": dent,
    "break": shatter,
    "pour": pour,
    "give": give,
    "grow": grow,
    "hide": hide,
}


def poses(scene: Scene, seconds: Floats) -> PoseTable:
    """Return where everything is at `seconds` from the start of the action, 0 and later, in rising order.

    Events happen within 2.2 s and their outcome stays; cyclic motions go on for ever; other motions rest by 3 s.
    """
    table = PoseTable(seconds)
    _TIMELINES[scene.action](plan(scene), table)
    return table
