"""Whom the product is measured with, each an application of its own in a process of its own."""
