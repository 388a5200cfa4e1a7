"""The room that reads all rooms and writes none but its own: churn, forecast, groups, profiles, dashboards."""
