"""Every refusal that a user may meet. Anything else that is raised is a bug and answers 500."""

from app.kernel.problems import N_, Problem, Problems


class CrmError(Exception):
    """A refusal in words: `sentence` for the reader, `problems` by field where fields are to blame."""

    status = 500
    default = N_("Something went wrong.")

    def __init__(self, sentence: str | Problem | None = None, problems: Problems | None = None) -> None:
        self.sentence = sentence if isinstance(sentence, Problem) else Problem(sentence or self.default)
        self.problems: Problems = dict(problems or {})
        super().__init__(str(self.sentence))


class Malformed(CrmError):
    """The request itself cannot be read."""

    status = 400
    default = N_("The request could not be understood.")


class Unknown(CrmError):
    """Nobody is logged in."""

    status = 401
    default = N_("Please log in.")


class NotAllowed(CrmError):
    """The verb is forbidden on a row that the actor may see."""

    status = 403
    default = N_("You are not allowed to do this.")


class Missing(CrmError):
    """No such row, or none that the actor may see: the two are not told apart."""

    status = 404
    default = N_("This does not exist, or you may not see it.")


class Stale(CrmError):
    """The row changed since the writer read it; `current` holds today's values where they may be shown."""

    status = 409
    default = N_("Somebody else changed this record meanwhile.")


class Conflict(CrmError):
    """The change contradicts another row, for instance a key that is taken."""

    status = 409
    default = N_("This contradicts another record.")


class PreconditionFailed(Stale):
    """The same as Stale, said through the If-Match header."""

    status = 412


class RuleError(CrmError):
    """A rule refuses the values; `problems` says which and why."""

    status = 422
    default = N_("Please correct the marked fields.")


class TooMany(CrmError):
    """A throttle closed."""

    status = 429
    default = N_("Too many attempts. Please wait and try again.")


class Unavailable(CrmError):
    """The database or another part is busy; trying again later may succeed."""

    status = 503
    default = N_("The system is busy. Please try again.")
