"""The screens of orders and their lines."""

from flask_babel import lazy_gettext as _l

from app.kernel.views import Chart, EntityInterface, EntityView, View, average_of, count, sum_of
from app.sales.models import Order, OrderLine

# What was taken back brought nothing in.
STANDING = ["new", "confirmed", "shipped", "completed"]


class OrderView(EntityView):
    """What customers bought."""

    datamodel = EntityInterface(Order)
    icon = "shopping-cart"
    list_columns = ["number", "customer", "ordered_at", "status", "channel", "amount", "currency", "owner"]
    text_columns = ["number", "customer.name"]
    search_columns = ["customer", "customer.region", "opportunity", "status", "channel", "ordered_at", "amount",
                      "currency", "created_at", "owner", "team"]
    form_sections = [
        (_l("Basics"), ["number", "customer", "opportunity", "ordered_at", "status", "channel"]),
        (_l("Amount"), ["amount", "currency", "owner", "remark"]),
    ]
    show_columns = ["number", "customer", "opportunity", "ordered_at", "status", "channel", "amount", "currency",
                    "line_count", "remark", "owner", "team", "created_at", "updated_at"]
    base_order = ("ordered_at", "desc")
    saved_views = [
        View(_l("Mine"), owner="me"),
        View(_l("To be shipped"), status=["new", "confirmed"]),
        View(_l("This month"), ordered_at="this_month"),
    ]
    charts = [
        Chart("by_month", _l("Order amount by month"), group="ordered_at:month", measure=sum_of("amount"),
              where={"status": STANDING}, period="ordered_at", rollup=True),
        Chart("by_channel", _l("Order amount by channel"), group="channel", measure=sum_of("amount"),
              where={"status": STANDING}, period="ordered_at"),
        Chart("by_region", _l("Order amount by region"), group="customer.region", measure=sum_of("amount"),
              where={"status": STANDING}, period="ordered_at"),
        Chart("by_status", _l("Orders by status"), group="status", measure=count(), kind="pie", period="ordered_at"),
        Chart("mean_by_channel", _l("Mean order by channel"), group="channel", measure=average_of("amount"),
              where={"status": STANDING}, period="ordered_at"),
    ]
    related = ["order_line", "ticket", "attachment"]
    board_by, calendar_by, timeline = "status", "ordered_at", True
    bulk_fields = ["owner", "status", "channel"]


class OrderLineView(EntityView):
    """What was sold."""

    datamodel = EntityInterface(OrderLine)
    icon = "list-details"
    list_columns = ["order", "product", "quantity", "unit_price", "discount", "amount", "currency"]
    text_columns = ["order.number", "product.name"]
    sort_columns = ["amount"]
    search_columns = ["order", "order.status", "order.ordered_at", "product", "product.category", "amount", "owner",
                      "team"]
    form_sections = [("", ["order", "product", "quantity", "unit_price", "discount"])]
    charts = [
        Chart("by_product", _l("Sales by product"), group="product", measure=sum_of("amount"),
              where={"order.status": STANDING}, period="order.ordered_at"),
        Chart("pieces_by_product", _l("Pieces sold by product"), group="product", measure=sum_of("quantity"),
              where={"order.status": STANDING}, period="order.ordered_at"),
    ]
