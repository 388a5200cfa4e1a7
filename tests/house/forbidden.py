"""Pure checkers of words that must not stand in the house: ways around the kernel, and what belongs to one machine."""

import ast
import io
import re
import tokenize

from tests.house.inspection import Fault

QUERY_STEPS = {"query", "filter", "filter_by", "where"}
DML = {"insert", "update", "delete"}
TEXTS = {"sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.sql.expression.text"}
CLOCKS = {"datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
          "time.time", "sqlalchemy.func.now", "sqlalchemy.func.current_timestamp"}

# Written so that none of them finds itself in this file.
MACHINE_WORDS = {
    r"(?<![\w.~:/])/(?:wor[k]|roo[t]|far[m]|Use[r]s|hom[e]/\w+)/": "an absolute path of one machine",
    r"(?i)registry\.npm[j]s|pyp[i]\.org|python[h]osted\.org|npm[m]irror|regi[s]try\.yarnpkg":
        "the host of a package registry",
    r"--(?:extra-)?inde[x]-url|\"resolv[e]d\":\s*\"http": "the address of a package registry",
}
UNFINISHED = (r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K|WI[P])\b|\bNotImplemented[E]rror\b|(?i:not implement[e]d yet)"
              r"|(?i:coming soo[n])|(?i:lorem ipsu[m])")
# Rules, then at least two words.
OPT_OUT = r":\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*\W+\w+\W+\w+"


def origins(tree):
    """What each imported name of a module stands for, as a dotted name."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                found[bound] = alias.name if alias.asname else bound
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    return found


def dotted(node, known):
    """The dotted name of ``a.b.c`` with `a` replaced by what it stands for; None for anything else."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, known)
        return f"{owner}.{node.attr}" if owner else None
    return None


def roundabout_ways(tree):
    """Every way around the kernel's rights, events and unit of work that the laws forbid outside of it."""
    known = origins(tree)
    found = [*_imports(tree)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += _calls(node, known)
        elif isinstance(node, ast.Attribute):
            found += _attributes(node, known)
        elif isinstance(node, ast.Constant) and node.value == "__table__":
            found.append(Fault(node.lineno, "__table__ goes around the rights of the ORM: use the mapped class"))
    return sorted(set(found))


def _imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield from _named(node.lineno, f"{node.module or ''}.{alias.name}")


def _named(line, name):
    last = name.rpartition(".")[2]
    if last == "joinedload":
        yield Fault(line, "joinedload leaks rows past the rights hook and is slow on pages: use selectinload")
    elif name in TEXTS or name.endswith("db.text"):
        yield Fault(line, "text() is SQL without rights: write it as an expression")
    elif name.startswith("sqlalchemy") and last in DML:
        yield Fault(line, f"{last} of SQLAlchemy changes rows without check and event: use the kernel's bulk functions")


def _attributes(node, known):
    if node.attr == "__table__":
        yield Fault(node.lineno, "__table__ goes around the rights of the ORM: use the mapped class")
        return
    name = dotted(node, known)
    if name:
        yield from _named(node.lineno, name)


def _calls(node, known):
    for keyword in node.keywords:
        if keyword.arg == "lazy" and isinstance(keyword.value, ast.Constant) and keyword.value.value == "joined":
            yield Fault(node.lineno, 'lazy="joined" is joinedload by another name: use "select" or "selectin"')
    if not isinstance(node.func, ast.Attribute):
        return
    method, owner = node.func.attr, node.func.value
    if method == "commit":
        yield Fault(node.lineno, ".commit() belongs to the unit of work alone: flush, and leave the commit to it")
    elif method in ("get", "connection") and _is_session(owner, known):
        yield Fault(node.lineno, f"session.{method}() goes around the rights of the ORM: select the row under scope")
    elif method in ("update", "delete") and _is_query(owner):
        yield Fault(node.lineno, f"query.{method}() changes rows without check and event: use the bulk functions")


def _is_session(node, known):
    """A database session, by its name: not the cookie session of Flask."""
    if isinstance(node, ast.Call):
        return _is_session(node.func, known)
    name = dotted(node, known) or ""
    return name.rpartition(".")[2] in ("session", "db_session") and not name.startswith("flask.")


def _is_query(node):
    if isinstance(node, ast.Name):
        return node.id == "query" or node.id.endswith("_query")
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Attribute) and node.attr in QUERY_STEPS:
            return True
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return False


def clock_readings(tree):
    """Readings of another clock than ``app.kernel.clock``, which a test or ``tick --now`` could not set."""
    known = origins(tree)
    return [Fault(node.lineno, f"{dotted(node, known)} reads another clock: use app.kernel.clock")
            for node in ast.walk(tree) if isinstance(node, (ast.Attribute, ast.Name)) and dotted(node, known) in CLOCKS]


def swallowed_errors(tree):
    """Handlers that catch everything and do not raise it again: they would hide bugs."""
    return [Fault(node.lineno, "catches every exception: name those that may happen here") for node in ast.walk(tree)
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _raises_again(node)]


def _is_broad(kind):
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or (isinstance(one, ast.Name) and one.id in ("Exception", "BaseException")) for one in kinds)


def _raises_again(handler):
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def glued_markup(tree):
    """Markup made of text that was put together before it was marked as safe: stored cross-site scripting."""
    known = origins(tree)
    return [Fault(node.lineno, 'Markup of a composed text escapes nothing: use Markup("<b>{}</b>").format(value)')
            for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args
            and (dotted(node.func, known) or "").rpartition(".")[2] == "Markup" and _is_composed(node.args[0])]


def _is_composed(node):
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.Add, ast.Mod)) and not _is_constant(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("format", "join", "format_map")
    return isinstance(node, ast.JoinedStr)


def _is_constant(node):
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    return isinstance(node, ast.Constant)


def environment_readings(tree):
    """Readings of environment variables."""
    known = origins(tree)
    return [Fault(node.lineno, "reads the environment: take the setting from app.config")
            for node in ast.walk(tree)
            if isinstance(node, (ast.Attribute, ast.Name)) and dotted(node, known) in ("os.environ", "os.getenv")]


def machine_words(text):
    """Paths of one machine and hosts of package registries."""
    return [Fault(number, f"{found.group()!r} is {meaning}")
            for number, line in enumerate(text.splitlines(), start=1)
            for pattern, meaning in MACHINE_WORDS.items() for found in [re.search(pattern, line)] if found]


def unfinished_marks(text):
    """Signs of work that was not done."""
    return [Fault(number, f"{found.group()!r} marks unfinished work: finish it, or write an issue")
            for number, line in enumerate(text.splitlines(), start=1)
            for found in [re.search(UNFINISHED, line)] if found]


def unexplained_opt_outs(source):
    """Comments that silence the linter without naming the rule and the reason."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        mark = re.match(r"#\s*(?:ruff:\s*)?noqa\b(?P<rest>.*)", token.string, re.IGNORECASE)
        if token.type == tokenize.COMMENT and mark and not re.match(OPT_OUT, mark["rest"]):
            found.append(Fault(token.start[0], "silences the linter without rule and reason: "
                                               "write the rule, then why it does not hold here"))
    return found
