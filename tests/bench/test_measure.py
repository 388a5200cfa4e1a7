"""Pairs, percentiles and ratios."""

import pytest

from bench.cases import CASES, OURS, PEERS, RAW, Case, deep_page, drawer, next_address
from bench.measure import WARM, drawing, measured, memory, percentile
from bench.worker import Sample


class Slow:
    """Takes as long as it was told, longer each time."""

    def __init__(self, milliseconds, log, name):
        self.milliseconds, self.log, self.name = milliseconds, log, name

    def get(self, url, user):
        self.log.append((self.name, url, user))
        return Sample(self.milliseconds * len(self.log), 1.0, 0.5, 3, 2048)

    def body(self, url, user):
        self.log.append((self.name, url, user))
        return '<a href="/first">First</a> <a class="btn" rel="next" href="/list?a=1&amp;after=5">Next page</a>'

    def memory(self):
        return len(self.log)


def draw():
    return drawer(1_000, "/deep?after=5")


@pytest.mark.parametrize(("numbers", "part", "expected"), [
    ([7], 0.95, 7), ([1, 2, 3, 4], 0.5, 2), (list(range(1, 101)), 0.95, 95), (list(range(100, 0, -1)), 0.95, 95),
    ([1] * 19 + [9], 0.95, 1), ([1] * 18 + [9] * 2, 0.95, 9)])
def test_the_percentile_is_a_number_that_was_measured(numbers, part, expected):
    assert percentile(numbers, part) == expected


def test_every_round_asks_each_peer_once_in_changing_order():
    log = []
    case = Case("page", {OURS: "/ours/{page}", RAW: "/raw/{page}"}, user="somebody")
    rows = measured({OURS: Slow(1, log, OURS), RAW: Slow(4, log, RAW)}, [case], draw, rounds=6)
    pairs = [[name for name, _url, _user in log[start:start + 2]] for start in range(0, len(log), 2)]
    assert len(pairs) == 6 + WARM
    assert all(sorted(pair) == sorted([OURS, RAW]) for pair in pairs)
    assert {pair[0] for pair in pairs} == {OURS, RAW}
    assert {(url, user) for _name, url, user in log} == {("/ours/40", "somebody"), ("/raw/40", "somebody")}
    ours, raw = rows
    assert (ours.peer, ours.times_ours, ours.rounds, raw.rounds) == (OURS, 1, 6, 6)
    assert 3 < raw.times_ours < 5
    assert (raw.statements, raw.size, raw.cpu, raw.database) == (3, 2048, 1.0, 0.5)


def test_what_takes_seconds_is_asked_less_often():
    case = Case("page", {OURS: "/"}, share=0.1)
    assert measured({OURS: Slow(1, [], OURS)}, [case], draw, rounds=100)[0].rounds == 10
    assert measured({OURS: Slow(1, [], OURS)}, [case], draw, rounds=1)[0].rounds == 3


def test_memory_is_looked_at_after_so_many_requests():
    log = []
    assert memory(Slow(1, log, OURS), CASES, draw(), [2, 5]) == {2: 2, 5: 5}
    assert len(log) == 5


def test_every_run_draws_the_same():
    first, second = draw(), draw()
    assert [first() for _ in range(5)] == [second() for _ in range(5)]
    assert 1 <= first().customer <= 1_000


def test_every_case_has_an_address_that_can_be_written_with_each_of_its_peers():
    drawn = draw()()
    for case in CASES:
        urls = case.urls(drawn)
        assert set(urls) <= set(PEERS)
        assert OURS in urls
        assert all("{" not in url and " " not in url for url in urls.values())


def test_the_deep_page_is_reached_by_turning_one_page():
    log = []
    drawn = drawing(Slow(1, log, OURS), 10_000)()()
    assert log == [(OURS, "/customer/list/?page=392", "admin")]
    assert (drawn.deep, drawn.page, deep_page(10_000)) == ("/list?a=1&after=5", 393, 393)
    deep = next(case for case in CASES if "98" in case.name)
    assert deep.urls(drawn)[OURS] == "/list?a=1&after=5"
    assert deep.urls(drawn)[RAW] == "/customers?page=393"


def test_a_list_that_ends_has_no_deep_page():
    with pytest.raises(LookupError):
        next_address("<a href='/first'>First</a>")


def test_what_takes_the_others_minutes_is_asked_of_ours_alone():
    case = Case("page", {OURS: "/", RAW: "/raw"}, most=100)
    assert set(case.of_size(100).addresses) == {OURS, RAW}
    assert case.of_size(101).addresses == {OURS: "/"}
    assert Case("page", {OURS: "/", RAW: "/raw"}).of_size(10**9).addresses == {OURS: "/", RAW: "/raw"}
