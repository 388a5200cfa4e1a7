"""Sums that are kept with every change, so that a chart of the first page adds up cells instead of records."""
