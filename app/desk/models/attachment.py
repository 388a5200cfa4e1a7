"""Files that belong to records. The row says what a file is and whom it concerns; the content lies on the disk."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.desk.rules.files import safe_name
from app.kernel import about, fields
from app.kernel.entity import Entity, Find, Values


class Attachment(Entity):
    """One file of one record. It is made by an upload only, and read under the rights of itself and of its record."""

    __tablename__ = "attachment"
    entity_label, entity_label_plural = _l("Attachment"), _l("Attachments")
    hangs_on = ("about",)
    through = "about"
    may_be_subject = False

    name = fields.text(_l("File name"), 200, required=True)
    about = fields.about(_l("About"), required=True)
    about_entity = fields.text(_l("Kind of record"), 60, readonly=True)
    about_id = fields.integer(_l("Number of the record"), readonly=True)
    mime = fields.text(_l("Type of content"), 120, required=True, readonly=True)
    size = fields.integer(_l("Size in bytes"), required=True, readonly=True)
    # SHA-256 of the content in hexadecimal digits, by which the file is found.
    digest = fields.text(_l("Digest"), 64, required=True, readonly=True, index=True)

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        named = {"name": safe_name(values["name"])} if values.get("name") else {}
        return {**about.parts(values.get("about")), **named}
