"""Flask-AppBuilder as its documentation shows it, over the same tables: models, plain views, its own REST API."""

from collections.abc import Mapping

from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import AppBuilder, Model, ModelRestApi, ModelView
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, ForeignKey, String, Text
from sqlalchemy.orm import relationship

ROLE, USER = "Stock", "stock"
LIVING = [["deleted_at", FilterEqual, None]]


class Industry(Model):
    """A line of business."""

    __tablename__ = "industry"
    id, name = Column(BigInteger, primary_key=True), Column(String(80))

    def __repr__(self) -> str:
        return str(self.name)


class Region(Model):
    """A part of the market."""

    __tablename__ = "region"
    id, name = Column(BigInteger, primary_key=True), Column(String(80))

    def __repr__(self) -> str:
        return str(self.name)


class Stage(Model):
    """A step of a sale."""

    __tablename__ = "stage"
    id, label = Column(BigInteger, primary_key=True), Column(String(80))

    def __repr__(self) -> str:
        return str(self.label)


class Customer(Model):
    """Whom one does business with."""

    __tablename__ = "customer"
    id, name, code = Column(BigInteger, primary_key=True), Column(String(200)), Column(String(60))
    kind, level, size = Column(String(20)), Column(String(20)), Column(String(20))
    lifecycle_stage, gender, occupation = Column(String(20)), Column(String(20)), Column(String(80))
    province, city, address, website = Column(String(60)), Column(String(60)), Column(String(300)), Column(String(200))
    needs, preferences, remark = Column(Text), Column(Text), Column(Text)
    last_contact_at, next_contact_at, last_order_at = Column(DateTime), Column(DateTime), Column(DateTime)
    owned_since, created_at, updated_at = Column(DateTime), Column(DateTime), Column(DateTime)
    deleted_at = Column(DateTime)
    industry_id, region_id = Column(ForeignKey("industry.id")), Column(ForeignKey("region.id"))
    owner_id = Column(ForeignKey("ab_user.id"))
    industry, region, owner = relationship("Industry"), relationship("Region"), relationship(User)

    def __repr__(self) -> str:
        return str(self.name)


class Contact(Model):
    """A person at a customer."""

    __tablename__ = "contact"
    id, name, job_title = Column(BigInteger, primary_key=True), Column(String(120)), Column(String(80))
    decision_maker, gender, address = Column(Boolean), Column(String(20)), Column(String(300))
    preferences, remark, deleted_at = Column(Text), Column(Text), Column(DateTime)
    customer_id, owner_id = Column(ForeignKey("customer.id")), Column(ForeignKey("ab_user.id"))
    customer, owner = relationship("Customer"), relationship(User)

    def __repr__(self) -> str:
        return str(self.name)


class Interaction(Model):
    """What was said."""

    __tablename__ = "interaction"
    id, kind, happened_at = Column(BigInteger, primary_key=True), Column(String(20)), Column(DateTime)
    content, outcome, next_at, deleted_at = Column(Text), Column(Text), Column(DateTime), Column(DateTime)
    customer_id, owner_id = Column(ForeignKey("customer.id")), Column(ForeignKey("ab_user.id"))
    customer, owner = relationship("Customer"), relationship(User)


class Opportunity(Model):
    """A chance to sell."""

    __tablename__ = "opportunity"
    id, name, amount = Column(BigInteger, primary_key=True), Column(String(200)), Column(BigInteger)
    expected_close_on, deleted_at = Column(Date), Column(DateTime)
    customer_id, owner_id = Column(ForeignKey("customer.id")), Column(ForeignKey("ab_user.id"))
    stage_id = Column(ForeignKey("stage.id"))
    customer, owner, stage = relationship("Customer"), relationship(User), relationship("Stage")


class Ticket(Model):
    """What a customer asks."""

    __tablename__ = "ticket"
    id, number, subject = Column(BigInteger, primary_key=True), Column(String(60)), Column(String(300))
    status, priority, deleted_at = Column(String(20)), Column(String(20)), Column(DateTime)
    customer_id, owner_id = Column(ForeignKey("customer.id")), Column(ForeignKey("ab_user.id"))
    customer, owner = relationship("Customer"), relationship(User)


class ContactView(ModelView):
    """Contacts."""

    datamodel = SQLAInterface(Contact)
    list_columns = ["name", "job_title", "decision_maker", "owner"]
    add_columns = ["name", "customer", "job_title", "decision_maker", "address", "gender", "preferences", "remark"]
    base_filters, page_size = LIVING, 10


class PlainContactView(ContactView):
    """The same form without the relation."""

    add_columns = [name for name in ContactView.add_columns if name != "customer"]


class InteractionView(ModelView):
    """Interactions."""

    datamodel = SQLAInterface(Interaction)
    list_columns = ["happened_at", "kind", "content", "next_at", "owner"]
    base_filters, page_size = LIVING, 10


class OpportunityView(ModelView):
    """Opportunities."""

    datamodel = SQLAInterface(Opportunity)
    list_columns = ["name", "stage", "amount", "expected_close_on", "owner"]
    base_filters, page_size = LIVING, 10


class TicketView(ModelView):
    """Tickets."""

    datamodel = SQLAInterface(Ticket)
    list_columns = ["number", "subject", "status", "priority", "owner"]
    base_filters, page_size = LIVING, 10


class CustomerView(ModelView):
    """Customers, with the four lists that hang on them."""

    datamodel = SQLAInterface(Customer)
    list_columns = ["name", "level", "industry", "region", "lifecycle_stage", "last_contact_at", "next_contact_at",
                    "owner"]
    base_order, base_filters, page_size = ("created_at", "desc"), LIVING, 25
    related_views = [ContactView, InteractionView, OpportunityView, TicketView]


class CustomerApi(ModelRestApi):
    """Customers as JSON."""

    datamodel = SQLAInterface(Customer)
    resource_name, allow_browser_login = "stock_customer", True
    list_columns = ["id", "name", "level", "industry.name", "region.name", "lifecycle_stage", "last_contact_at",
                    "next_contact_at", "owner.first_name"]
    base_filters, order_columns = LIVING, ["created_at"]


def make(given: Mapping[str, str]) -> Flask:
    """The application on the database, with a role and a user of its own that may do everything."""
    app = Flask("stock")
    app.config.update(SQLALCHEMY_DATABASE_URI=given["DATABASE_URL"], SECRET_KEY=given["SECRET_KEY"],
                      AUTH_ROLE_ADMIN=ROLE, FAB_API_MAX_PAGE_SIZE=100, SQLALCHEMY_TRACK_MODIFICATIONS=False)
    db = SQLAlchemy(app, model_class=Model)
    with app.app_context():
        builder = AppBuilder(app, db.session)
        for view in (ContactView, PlainContactView, InteractionView, OpportunityView, TicketView, CustomerView):
            builder.add_view(view, view.__name__)
        builder.add_api(CustomerApi)
        if builder.sm.find_user(USER) is None:
            role = builder.sm.find_role(ROLE)
            builder.sm.add_user(USER, "Stock", "User", "stock@example.com", role, password=given["SECRET_KEY"])
    return app


def log_in(app: Flask, _user: str) -> FlaskClient:
    """A browser of its one user."""
    client = app.test_client()
    with app.app_context():
        user_id = app.appbuilder.sm.find_user(USER).id
    with client.session_transaction() as kept:
        kept.update(_user_id=str(user_id), _fresh=True)
    return client
