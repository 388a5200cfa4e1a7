"""Row and column rights: one predicate per (actor, entity, verb), applied by the ORM to every statement."""
