"""Customers, the people who speak for them, what was said to them, and the public pool."""
