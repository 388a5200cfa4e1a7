"""Values in the words of a reader."""

import datetime as dt
from decimal import Decimal

import pytest
from flask_babel import format_date, format_datetime

from app.kernel import clock
from app.kernel.actor import Actor
from app.kernel.fields import Field
from app.kernel.views import wording

COLOURS = {"r": "Red", "g": "Green", "g2": "Green"}


@pytest.mark.parametrize(("kind", "value", "text"), [
    ("money", 123456, "CN¥1,234.56"), ("moment", dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC), "2026-03-29 09:00"),
    ("date", dt.date(2026, 3, 29), "2026-03-29"), ("boolean", True, "Yes"), ("boolean", False, "No"),
    ("decimal", Decimal("1.50"), "1.5"), ("integer", 5, "5")])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_value_is_said_in_the_readers_language_and_zone(app, kind, value, text):
    reader = Actor(kind="user", id=1, locale="en", zone="Asia/Shanghai")
    with app.test_request_context("/?_l_=en"):
        assert wording.spoken(Field("a", "a", kind, "A"), value, "CNY", reader) == text


ENDS = (dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC))


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
@pytest.mark.parametrize(("moment", "text"), list(zip(ENDS, ["0001-01-01 ", "9999-12-31 "], strict=True)))
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_moment_at_the_end_of_the_calendar_is_shown_to_everybody(app, zone, moment, text):
    reader = Actor(kind="user", id=1, locale="en", zone=zone)
    with app.test_request_context("/?_l_=en"):
        assert wording.spoken(Field("a", "a", "moment", "A"), moment, "CNY", reader).startswith((text, "0001-01-01 0"))


@pytest.mark.parametrize(("language", "kind", "value", "text"), [
    ("zh", "boolean", True, "是"), ("zh", "boolean", False, "否"), ("zh", "money", 123456, "¥1,234.56"),
    ("en", "money", -5, "-CN¥0.05"), ("en", "decimal", Decimal("0.0000"), "0"), ("en", "decimal", Decimal(100), "100"),
    ("en", "decimal", Decimal("12345678901234.5678"), "12345678901234.5678"), ("en", "text", "<b>", "<b>")])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_each_language_has_its_words_and_no_digit_is_lost(app, language, kind, value, text):
    reader = Actor(kind="user", id=1, locale=language, zone="UTC")
    with app.test_request_context(f"/?_l_={language}"):
        assert wording.spoken(Field("a", "a", kind, "A"), value, "CNY", reader) == text


@pytest.mark.parametrize(("value", "text"), [("r", "Red"), ("gone", "gone")])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_choice_that_is_no_longer_offered_is_shown_as_it_is_stored(app, value, text):
    field = Field("a", "a", "choice", "A", choices=COLOURS)
    with app.test_request_context("/?_l_=en"):
        assert wording.spoken(field, value, "CNY", Actor(kind="user", id=1)) == text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("year", [1, 33, 999, 1000, 2026, 9998])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_days_and_moments_are_written_as_the_languages_of_babel_write_them(app, language, year):
    reader = Actor(kind="user", id=1, locale=language, zone="Asia/Shanghai")
    moment = dt.datetime(year, 2, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
    local = clock.seen_from(reader.zone, moment).replace(tzinfo=None)
    said = {kind: wording.speaker(Field("a", "a", kind, "A"), reader) for kind in ("moment", "date")}
    with app.test_request_context(f"/?_l_={language}"):
        assert said["moment"](moment, "") == format_datetime(local, "yyyy-MM-dd HH:mm", rebase=False)
        assert said["date"](local.date(), "") == format_date(local.date(), "yyyy-MM-dd")


class Counting(dict):
    """Labels that count how often they are asked."""

    asked = 0

    def get(self, *args):
        self.asked += 1
        return super().get(*args)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_choice_is_looked_up_once_for_all_the_rows_of_a_page(app):
    labels = Counting(COLOURS)
    with app.test_request_context("/?_l_=en"):
        say = wording.speaker(Field("a", "a", "choice", "A", choices=labels), Actor(kind="user", id=1))
        assert [say(value, "") for value in ("r", "g", "r", "g2", "r", "gone", "gone")] == [
            "Red", "Green", "Red", "Green", "Red", "gone", "gone"]
    assert labels.asked == 4
