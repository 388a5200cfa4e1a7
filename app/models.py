"""Table of contents: every model, one line per room. Alembic and readers start here."""

from app.kernel import batches, collaborators, events, once, settings
from app.kernel.rollups import feed as rollups
from app.kernel.search import feed
from app.security import models as security
from app.security.throttle import models as throttle
from app.desk import models as desk
from app.customers import models as customers
from app.sales import models as sales
from app.support import models as support
from app.workflows import models as workflows
from app.data import models as data
