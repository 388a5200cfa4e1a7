"""The style sheets: colours that can be read in light and in dark, and none for what does not exist."""

import re
from pathlib import Path

import pytest

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.kernel.entity import scoped_by_table
from app.kernel.fields import fields_of

STYLES = Path(__file__).parents[1] / "app" / "static" / "css"
TONES = ("grey", "blue", "green", "amber", "red", "violet")
# WCAG 2.2, 1.4.3: text against what lies behind it.
LEAST_CONTRAST = 4.5


def tokens(theme):
    """The colours of a theme by name; what the dark one does not name is that of the light one."""
    text = (STYLES / "tokens.css").read_text("utf-8")
    blocks = re.findall(r'(:root|\[data-bs-theme="dark"\]) \{(.*?)\n\}', text, re.DOTALL)
    assert [name for name, _body in blocks] == [":root", '[data-bs-theme="dark"]']
    read = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", body)) for _name, body in blocks]
    return read[0] if theme == "light" else {**read[0], **read[1]}


def luminance(colour):
    """The relative luminance of ``#rgb`` or ``#rrggbb`` as WCAG defines it, 0 to 1."""
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[place:place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """The ratio of WCAG, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_that_of_the_standard():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_text_of_a_badge_is_readable(theme, tone):
    known = tokens(theme)
    assert contrast(known[f"tone-{tone}-text"], known[f"tone-{tone}"]) >= LEAST_CONTRAST


@pytest.mark.parametrize(("text", "behind"), [
    ("quiet", "page"), ("quiet", "panel"), ("quiet", "hover"), ("tblr-link-color", "panel"),
    ("tblr-link-color", "hover"), ("chosen-text", "chosen"), ("chosen-text", "panel")])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_written_is_readable(theme, text, behind):
    known = tokens(theme)
    assert contrast(known[text], known[behind]) >= LEAST_CONTRAST


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_white_on_the_main_button_is_readable(theme):
    assert contrast(tokens(theme)["tblr-primary"], "#fff") >= LEAST_CONTRAST


def test_every_colour_that_is_used_is_named():
    named = set(re.findall(r"--([\w-]+):", (STYLES / "tokens.css").read_text("utf-8")))
    used = {name for sheet in STYLES.glob("*.css") for name in re.findall(r"var\(--([\w-]+)", sheet.read_text("utf-8"))}
    assert {name for name in used if not name.startswith("tblr-")} <= named


def test_a_value_with_a_colour_is_one_of_a_choice():
    values = {str(value) for model in scoped_by_table().values() for field in fields_of(model).values()
              for value in field.choices or ()}
    coloured = re.findall(r"\.v-([\w-]+)", (STYLES / "tones.css").read_text("utf-8"))
    assert len(coloured) == len(set(coloured)), "one colour each"
    assert set(coloured) - values == set()
