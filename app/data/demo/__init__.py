"""A generated company for trying the product out: the same rows for the same seed, made of nothing but chance."""
