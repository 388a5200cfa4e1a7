"""The measurements: the product beside its peers over the same tables. `make bench`, or ``python -m bench --help``."""
