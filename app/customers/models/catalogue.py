"""What customers are sorted by: rows that an admin keeps."""

from flask_babel import lazy_gettext as _l

from app.kernel import fields
from app.kernel.entity import Entity, living_key

COLOURS = {"blue": _l("Blue"), "green": _l("Green"), "yellow": _l("Yellow"), "orange": _l("Orange"), "red": _l("Red"),
           "purple": _l("Purple"), "grey": _l("Grey")}


class Tag(Entity):
    """A word that is stuck on customers."""

    __tablename__ = "tag"
    __table_args__ = (living_key("tag", "name"),)
    entity_label, entity_label_plural = _l("Tag"), _l("Tags")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 60, required=True)
    colour = fields.choice(_l("Colour"), COLOURS, default="blue")


class Industry(Entity):
    """A line of business."""

    __tablename__ = "industry"
    __table_args__ = (living_key("industry", "name"),)
    entity_label, entity_label_plural = _l("Industry"), _l("Industries")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 80, required=True)


class Region(Entity):
    """A part of the market by which customers and revenue are compared."""

    __tablename__ = "region"
    __table_args__ = (living_key("region", "name"),)
    entity_label, entity_label_plural = _l("Region"), _l("Regions")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 80, required=True)
