"""Import and export: reading files, what they mean, and writing them."""
