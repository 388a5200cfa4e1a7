"""The ground floor: what every room stands on. Knows Flask-AppBuilder and SQLAlchemy, knows no business."""
