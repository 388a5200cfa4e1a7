"""Table of contents: every model, one line per room. Alembic and readers start here."""

from app.kernel import batches, collaborators, events, once, settings  # noqa: F401
from app.kernel.views import savedviews  # noqa: F401
from app.security import models as security  # noqa: F401
from app.security.throttle import models as throttle  # noqa: F401
