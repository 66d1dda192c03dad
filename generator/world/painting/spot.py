"""What the painter of a kind is given, and what it gives back."""

from typing import NamedTuple

from torch import Tensor

from ..packing import FRAME, ITEM, ITEM_FIELDS, FrameField, ItemField
from .colour import Paint, Plane


class Spot(NamedTuple):
    """Pixels around things of one kind, n of them."""

    x: Plane
    """Local: to the side it looks to, (n, h, w)."""
    y: Plane
    """Local: from its feet to its head."""
    across: Plane
    """As x, but level in the picture however the thing is turned, and always to the right; local units."""
    up: Plane
    """As y, but upright in the picture."""
    pixels: Tensor
    """Pixels a local unit, (n, 1, 1)."""
    row: Tensor
    """Item fields, then frame fields, (n, fields)."""

    def item(self, field: ItemField) -> Tensor:
        """Return one item field, (n, 1, 1)."""
        return self.row[:, ITEM[field], None, None]

    def frame(self, field: FrameField) -> Tensor:
        """Return one field of the frame that the thing is in, (n, 1, 1)."""
        return self.row[:, len(ITEM_FIELDS) + FRAME[field], None, None]

    @property
    def colour(self) -> Paint:
        """The thing's own colour."""
        return self.item("red"), self.item("green"), self.item("blue")

    @property
    def liquid(self) -> Paint:
        """The colour of what it holds."""
        return self.item("red_2"), self.item("green_2"), self.item("blue_2")

    @property
    def animated(self) -> Tensor:
        """1 where the clip is drawn as a cartoon."""
        return self.frame("animated")


class Body(NamedTuple):
    """A thing without light."""

    distance: Plane
    """To its outline, negative inside, local units."""
    paint: Paint
    bevel: Tensor | float
    """How far from the outline it curves away, local units; its radius makes a disc a sphere."""
    coat: Plane | float = 1.0
    """Where its material shows; 0 where it is always matte (leaves, eyes)."""
    ink: Plane | float = 0.0
    """Inner lines, drawn in cartoons only."""
    cover: Plane | float = 1.0
    """How much it hides, beside what its material lets through."""
    clear: Plane | float = 1.0
    """Where glass is glass; 0 where something inside it (a liquid) hides what is behind."""
