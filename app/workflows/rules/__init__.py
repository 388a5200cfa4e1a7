"""The workflow engine's pure judgements: when something is due, who takes it, which rule fires, when to try again.

Values in, decisions with their reasons out. No Flask, no SQLAlchemy and no clock in here: the moment, the random source
and the candidates are handed in, so that everything can be judged again later with the same answer.
"""
