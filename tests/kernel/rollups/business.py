"""A business in which anything happens at random, in every way in which records can change."""

import contextlib
import datetime as dt
import random

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from app.customers.models import Customer
from app.customers.rules.lifecycle import STAGES
from app.kernel import batches, bulk, clock, purge
from app.kernel.actor import under
from app.kernel.database import in_unit, session, unit
from app.kernel.errors import CrmError
from app.kernel.rollups import shapes, upkeep
from app.kernel.views import charts, rolled, site
from app.sales.models import Opportunity, Order, Stage
from app.sales.operations import lay_out_catalogue
from app.support import operations as support
from app.support.models import Ticket

MODELS = (Opportunity, Order, Ticket, Customer)
OWNERS = ("sales1", "sales1b", "sales2", "manager", "support1")
READERS = ("admin", "manager", "sales1", "sales2", "viewer", "analyst", "support1")
START = dt.datetime(2025, 10, 31, 15, 30, tzinfo=dt.UTC)


class Business:
    """The company, a seed, and the ids of what was made."""

    def __init__(self, company, seed):
        self.company, self.draw, self.refused = company, random.Random(seed), 0
        with company.acting("system"):
            in_unit(lay_out_catalogue)
            found = session().execute(sa.select(Stage.id).where(Stage.category != "lost"))
            self.stages = list(found.scalars())
            in_unit(lambda: bulk.add_rows(Customer, self.rows(Customer, 4)).insist())
            upkeep.rebuild()
        self.deeds = [self.create, self.edit_one, self.edit_many, self.give_away, self.delete, self.restore,
                      self.all_in_one, self.there_and_back, self.fail, self.batch_and_back, self.merge, self.purge,
                      self.fold]

    def moment(self):
        """Some moment near the ends of months in the zone of the house."""
        return START + dt.timedelta(days=30 * self.draw.randrange(4), hours=self.draw.randrange(3))

    def values(self, model):
        """What a record of `model` may hold in the fields that matter."""
        draw = self.draw
        owner = self.company.ids[draw.choice(OWNERS)]
        known = {
            Opportunity: {"stage": draw.choice(self.stages), "amount": draw.choice([None, 0, 5, 10**15]),
                          "closed_at": self.moment(), "owner": owner},
            Order: {"status": draw.choice(["new", "completed", "cancelled"]), "amount": draw.choice([None, 7, 90]),
                    "ordered_at": self.moment(), "owner": owner},
            Ticket: {"status": draw.choice(["new", "open", "closed"]), "priority": draw.choice(["low", "high"]),
                     "assignee": draw.choice([None, owner])},
            Customer: {"lifecycle_stage": draw.choice(STAGES),
                       "owner": draw.choice([None, owner])},
        }
        return known[model]

    def rows(self, model, number):
        """New records."""
        extra = {Opportunity: {"name": "Deal"}, Order: {"customer": self.customer()} if model is Order else {},
                 Ticket: {"subject": "Matter"}, Customer: {"name": "Firm"}}[model]
        return [{**extra, **self.values(model)} for _each in range(number)]

    def customer(self):
        return self.draw.choice(self.ids(Customer))

    def ids(self, model, *, deleted=False):
        """The living records, or those in the bin."""
        state = model.deleted_at.is_not(None) if deleted else model.deleted_at.is_(None)
        return list(session().scalars(sa.select(model.id).where(state).order_by(model.id),
                                      execution_options={"unscoped": True}))

    def some(self, model, most=3, **options):
        known = self.ids(model, **options)
        return self.draw.sample(known, min(len(known), self.draw.randint(1, most)))

    def changes(self, ids, model):
        """A part of the values of each."""
        return {each: dict(self.draw.sample(list(self.values(model).items()), 2)) for each in ids}

    # -- what may happen -------------------------------------------------------------------------------------------

    def create(self, model):
        bulk.add_rows(model, self.rows(model, self.draw.randint(1, 4)))

    def edit_one(self, model):
        """Through the ORM, twice in one unit."""
        for record in session().scalars(sa.select(model).where(model.id.in_(self.some(model, 1)))):
            for _time in range(2):
                for name, value in self.changes([record.id], model)[record.id].items():
                    column = f"{name}_id" if name in ("stage", "owner", "assignee") else name
                    setattr(record, column, value)
                session().flush()

    def edit_many(self, model):
        bulk.change_rows(model, self.changes(self.some(model, 5), model))

    def give_away(self, model):
        owner = self.company.ids[self.draw.choice(OWNERS)]
        bulk.change_rows(model, {each: {"owner": owner, "assignee": owner} if model is Ticket else {"owner": owner}
                                 for each in self.some(model, 5)})

    def delete(self, model):
        bulk.delete_rows(model, self.some(model))

    def restore(self, model):
        bulk.undelete_rows(model, self.some(model, deleted=True))

    def all_in_one(self, model):
        """Made, changed and deleted in one unit: nothing remains."""
        made = list(bulk.add_rows(model, self.rows(model, 2)).created.values())
        bulk.change_rows(model, self.changes(made, model))
        bulk.delete_rows(model, made)

    def there_and_back(self, model):
        """Deleted, restored and changed in one unit, and the other way round."""
        living, dead = self.some(model, 2), self.some(model, 2, deleted=True)
        bulk.delete_rows(model, living)
        bulk.undelete_rows(model, [*living, *dead])
        bulk.change_rows(model, self.changes(living, model))
        bulk.delete_rows(model, dead)

    def fail(self, model):
        """A part that is taken back, then a unit that is."""
        with contextlib.suppress(ZeroDivisionError), session().begin_nested():
            self.create(model)
            raise ZeroDivisionError
        if self.draw.random() < 0.5:
            self.edit_many(model)
            raise Refused

    def batch_and_back(self, model):
        """A batch of new and changed records, of which some are edited since; then it is taken back."""
        with unit():
            number = batches.open_batch("import", "test", model.entity_name()).id
        with under(batch_id=number), unit():
            self.create(model)
            self.edit_many(model)
            self.delete(model)
            session().scalars(sa.select(batches.Batch).where(batches.Batch.id == number)).one().state = "done"
        if self.draw.random() < 0.5:
            in_unit(self.edit_many, model)
        batches.undo(number)

    def merge(self, model):
        """Tickets of one customer."""
        made = bulk.add_rows(Ticket, [{"subject": "Same", "customer": self.customer(), "priority": "low"}]).insist()
        rows = self.rows(Ticket, 2)
        owner = session().scalars(sa.select(Ticket.customer_id).where(Ticket.id.in_(made.created.values()))).one()
        others = bulk.add_rows(Ticket, [{**row, "status": "open", "customer": owner} for row in rows]).insist()
        support.merge(list(others.created.values()), {"merged_into": next(iter(made.created.values()))})

    def purge(self, model):
        purge.purge_rows(model, self.some(model, 2, deleted=True), clock.now() + dt.timedelta(days=1))

    def fold(self, _model):
        upkeep.fold()

    def happen(self):
        """One deed; what it was called."""
        deed, model = self.draw.choice(self.deeds), self.draw.choice(MODELS)
        with self.company.acting("system"):
            try:
                if deed in (self.batch_and_back, self.fold):
                    deed(model)
                else:
                    in_unit(deed, model)
            except Refused:
                pass
            except CrmError:
                self.refused += 1
        return f"{deed.__name__} {model.__tablename__}"


class Refused(Exception):
    """A unit that comes to nothing."""


def kept_charts():
    """(view, chart) of every chart whose sums are kept."""
    return [(view, chart) for view in site.views().values() for chart in view.charts
            if chart.rollup and shapes.find(rolled.name_of(view.entity, chart))]


def both_answers(company, reader, monkeypatch):
    """By chart what the cells answer the reader (None where they may not) and what the plain query does."""
    found = {}
    with company.app.test_request_context("/?_l_=en"), company.acting(reader) as actor:
        for view, chart in kept_charts():
            if not actor.may("read", view.entity):
                continue
            kept = rolled.rows(view, chart)
            answer = charts.numbers(view, chart, MultiDict())
            with monkeypatch.context() as patch:
                patch.setattr(rolled, "rows", lambda _view, _chart: None)
                plain = charts.numbers(view, chart, MultiDict())
            found[rolled.name_of(view.entity, chart)] = (answer if kept is not None else None, plain)
    return found
