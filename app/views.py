"""The site map: every menu in menu order."""

from typing import Any

from flask_appbuilder import AppBuilder, IndexView, expose
from flask_appbuilder.api.manager import OpenApi
from flask_babel import lazy_gettext as _l

from app.customers.views import (
    ContactView,
    CustomerView,
    IndustryView,
    InteractionView,
    LifecycleChangeView,
    RegionView,
    SegmentSnapshotView,
    TagView,
)
from app.data.views import BatchView, ImportView, UndoView
from app.desk.rules.tasks import LIVE
from app.desk.views import AttachmentView, NotificationView, SavedViewView, TaskView
from app.kernel.api import api_of
from app.kernel.api.search_api import SearchApi
from app.kernel.search import content
from app.kernel.views import EntityView, home, indexes, rolled, site
from app.kernel.views.access import signed_in
from app.kernel.views.everywhere import SearchView
from app.kernel.views.home import Agenda, Figure, Picture
from app.sales.views.catalogue import (
    CompetitorView,
    CurrencyRateView,
    LeadSourceView,
    LossReasonView,
    PipelineView,
    ProductCategoryView,
    ProductView,
    StageView,
)
from app.sales.views.lead import LeadView
from app.sales.views.opportunity import OpportunityLineView, OpportunityView, StageChangeView
from app.sales.views.order import OrderLineView, OrderView
from app.sales.views.snapshot import PipelineSnapshotView
from app.security.views import (
    AuditView,
    LoginApi,
    LoginView,
    LookView,
    RightsApi,
    RightsView,
    SettingView,
    TeamView,
    UserProfileView,
)
from app.support.rules.flow import ACTIVE
from app.support.views import TicketCategoryView, TicketMessageView, TicketView
from app.workflows.models.alerts import ACTIVE as AT_RISK
from app.workflows.views import (
    AgentView,
    ChurnAlertView,
    JobRunView,
    QueueView,
    ReminderStepView,
    RuleRunView,
    RuleView,
    ScheduleView,
    SkillView,
    WinBackPlanView,
)

MY_TASKS = {"owner": "me", "status": LIVE}
MY_TICKETS = {"owner": "me", "status": ACTIVE}

# What the first page shows to whom it concerns. By owner, not by assignee, who is the same person: it is indexed.
HOME = [
    Figure(_l("Tasks due today"), "task", {**MY_TASKS, "due_at": "today"}),
    Figure(_l("Overdue tasks"), "task", {**MY_TASKS, "due_at": "overdue"}, alarms=True),
    Figure(_l("To contact today"), "customer", {"owner": "me", "next_contact_at": "today"}),
    Figure(_l("Overdue follow-ups"), "customer", {"owner": "me", "next_contact_at": "overdue"}, alarms=True),
    Figure(_l("My open opportunities"), "opportunity", {"owner": "me", "stage_category": "open"}),
    Figure(_l("Open opportunities"), "opportunity", {"stage_category": "open"}, own=False, wide=True),
    Figure(_l("My open tickets"), "ticket", MY_TICKETS),
    Figure(_l("My overdue tickets"), "ticket", {**MY_TICKETS, "resolve_due_at": "overdue"}, alarms=True),
    Figure(_l("Unassigned tickets"), "ticket", {"owner__is_empty": True, "status": ACTIVE}),
    Figure(_l("Customers at risk"), "churn_alert", {"status": AT_RISK}, alarms=True, own=False),
    Figure(_l("Unread notices"), "notification", {"owner": "me", "read_at__is_empty": True}),
    Agenda(_l("My next tasks"), "task", "due_at", MY_TASKS, shows="about",
           empty=_l("No task waits for you. Write down the next step with a customer as a task.")),
    Agenda(_l("My next follow-ups"), "customer", "next_contact_at", {"owner": "me"}, shows="lifecycle_stage",
           empty=_l("No customer waits for you. Say at your customers when you will contact them next.")),
    Picture("opportunity", "pipeline"), Picture("opportunity", "won_by_month"), Picture("ticket", "by_status"),
    Picture("customer", "by_lifecycle"), Picture("order", "by_month"),
]


class HomeView(IndexView):
    """The first page."""

    endpoint = "HomeView"

    @expose("/")
    @signed_in
    def index(self) -> Any:
        """Where a user's day begins."""
        return self.render_template("crm/home.html", page=home.page(HOME), today=home.today())


MENU: list[tuple[Any, str, list[tuple[type[EntityView], Any]]]] = [
    (_l("Customers"), "users", [
        (CustomerView, _l("Customers")), (ContactView, _l("Contacts")), (InteractionView, _l("Interactions")),
        (TagView, _l("Tags")), (LifecycleChangeView, _l("Lifecycle history")),
        (SegmentSnapshotView, _l("Segment snapshots")),
    ]),
    (_l("Sales"), "cash", [
        (LeadView, _l("Leads")), (OpportunityView, _l("Opportunities")), (OrderView, _l("Orders")),
        (ProductView, _l("Products")), (OpportunityLineView, _l("Opportunity lines")),
        (OrderLineView, _l("Order lines")), (StageChangeView, _l("Stage history")),
        (PipelineSnapshotView, _l("Pipeline snapshots")),
    ]),
    (_l("Service"), "headset", [
        (TicketView, _l("Tickets")), (TicketMessageView, _l("Ticket messages")),
        (TicketCategoryView, _l("Ticket categories")),
    ]),
    (_l("Retention"), "heart-handshake", [
        (ChurnAlertView, _l("Churn alerts")), (WinBackPlanView, _l("Win-back plans")),
    ]),
    (_l("Desk"), "checkbox", [
        (TaskView, _l("Tasks")), (NotificationView, _l("Notices")), (AttachmentView, _l("Attachments")),
    ]),
    (_l("Catalogues"), "books", [
        (IndustryView, _l("Industries")), (RegionView, _l("Regions")), (ProductCategoryView, _l("Product categories")),
        (PipelineView, _l("Pipelines")), (StageView, _l("Stages")), (CompetitorView, _l("Competitors")),
        (LeadSourceView, _l("Lead sources")), (LossReasonView, _l("Loss reasons")),
        (CurrencyRateView, _l("Exchange rates")),
    ]),
    (_l("Automation"), "robot", [
        (RuleView, _l("Rules")), (RuleRunView, _l("Rule runs")), (QueueView, _l("Queues")), (AgentView, _l("Agents")),
        (SkillView, _l("Skills")), (ReminderStepView, _l("Reminder steps")), (ScheduleView, _l("Schedules")),
        (JobRunView, _l("Job runs")),
    ]),
    (_l("Administration"), "settings", [
        (UserProfileView, _l("Users")), (TeamView, _l("Teams")), (AuditView, _l("Audit")),
        (BatchView, _l("Batches")), (SavedViewView, _l("Saved views")), (SettingView, _l("Settings")),
    ]),
]


# What staff make many times a day; "New" at the top of every page offers it.
QUICK = ["customer", "contact", "lead", "opportunity", "order", "ticket", "task", "interaction"]
# Sections for those who set the product up: closed for everybody else's sake.
FOLDED = {"books", "robot", "settings"}


def register(appbuilder: AppBuilder) -> None:
    """Add every screen and its API, in menu order."""
    for view in (LoginView, RightsView, LookView, ImportView, UndoView, SearchView):
        appbuilder.add_view_no_menu(view)
    for api in (LoginApi, RightsApi, SearchApi, OpenApi):
        appbuilder.add_api(api)
    site.quick().extend(QUICK)
    site.folded().update(FOLDED)
    for label, icon, entries in MENU:
        for view_class, name in entries:
            view = appbuilder.add_view(view_class, str(view_class.__name__), icon=view_class.icon, label=name,
                                       category=icon, category_icon=icon, category_label=label)
            site.views()[view.entity] = view
            content.declare(view.model, view.text_columns)
            indexes.declare(view)
            rolled.declare(view)
            appbuilder.add_api(api_of(view))
