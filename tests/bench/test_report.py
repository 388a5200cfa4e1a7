"""The page of figures."""

from bench.measure import Row
from bench.report import Measurement, page


def made(*measurements):
    return page(measurements, warm=3, copied=1_000)


def row(peer, ratio):
    return Row("List, first page", peer, 40, 12.34, 20.0, 9.96, 1.25, 5, 25 * 1024, ratio)


def test_a_line_tells_every_figure_and_its_ratio():
    text = made(Measurement("sqlite", 100_000, [row("ours", 1), row("stock", 8.456)], {}))
    assert "## 100,000 customers, sqlite" in text
    assert "| List, first page | Kemai CRM | 12.3 | 20.0 | 10.0 | 1.2 | 5 | 25 | 1 | 40 |" in text
    assert "| List, first page | stock Flask-AppBuilder | 12.3 | 20.0 | 10.0 | 1.2 | 5 | 25 | 8.46 | 40 |" in text
    assert "Memory" not in text


def test_memory_is_told_where_it_was_looked_at():
    text = made(Measurement("sqlite", 10, [], {500: 120 * 1024**2, 5_000: 121 * 1024**2}))
    assert "120 MB after 500, 121 MB after 5,000" in text


def test_how_and_with_what_it_was_measured_stands_above_once():
    text = made(Measurement("sqlite", 10, [], {}), Measurement("postgresql", 10, [], {}))
    assert text.count("Every peer runs in a process of its own") == 1
    assert text.count("\n## ") == 2
    assert "Flask-AppBuilder 5" in text
    assert "after 3 rounds" in text
    assert "the first 1000 customers" in text
