"""One text index over all entities: it narrows a search to candidates, which the exact comparison then judges.

Trigrams find nothing for two Chinese signs, hence single signs and overlapping pairs. The index holds no owner and no
personal value: rights are applied by reading the candidates' own rows.
"""
