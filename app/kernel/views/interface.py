"""The datamodel of a view: Flask-AppBuilder's interface, closed where it reads and writes by itself."""

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.kernel.database import db
from app.kernel.entity import Scoped


class EntityInterface(SQLAInterface):
    """Names the model of a view. Flask-AppBuilder's own reads and writes are closed: they know no rights."""

    def __init__(self, model: type[Scoped]) -> None:
        super().__init__(model, db.session)

    def _closed(self, *_args: Any, **_kwargs: Any) -> Any:
        raise RuntimeError("records are read and written through the kernel's views")

    query = get = add = edit = delete = delete_all = get_keys = _closed
