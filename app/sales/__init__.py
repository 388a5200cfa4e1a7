"""Leads, opportunities, orders, and what is sold: from the first sign of interest to the money."""
