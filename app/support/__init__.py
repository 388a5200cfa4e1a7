"""Tickets: requests, complaints and suggestions of customers, and how they were answered."""
