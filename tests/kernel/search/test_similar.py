"""What is like a text that was not found."""

import random
from dataclasses import replace

from app.customers.models import Customer
from app.kernel.database import acting_as
from app.kernel.search import similar as similar_module
from app.kernel.search.similar import SHARE, similar
from tests.desk.records import add, delete
from tests.kernel.counting import counted


def like(company, who, text, most=10):
    """The ids of the similar customers that the user is told, the most similar first."""
    with company.acting(who) as actor:
        return [hit.record_id for hit in similar(actor, [Customer], text, most)]


def test_names_with_a_wrong_sign_and_names_that_sound_alike_are_similar(desk):
    for name, typed in [("Shenzhen", "Shenzen"), ("Zhongguancun", "Zhonguancun"), ("Microsoft", "Micrsoft"),
                        ("王伟", "王炜"), ("张小明", "章晓明"), ("北京华为技术", "北京华威技术"),
                        ("上海电气", "上海电汽")]:
        made = add(desk, Customer, name=name, owner=desk.ids["sales1"])
        assert like(desk, "sales1", typed) == [made], typed
        assert like(desk, "sales2", typed) == []
        delete(desk, Customer, made)
        assert like(desk, "sales1", typed) == []


def test_what_shares_little_is_not_similar(desk):
    add(desk, Customer, name="Shenzhen 王伟", owner=desk.ids["sales1"])
    for typed in ("", "a", "xq", "Quantum", "李", "李雷", "12", "%%%%", "\x00\x00\x00"):
        assert like(desk, "sales1", typed) == [], typed


def test_what_sounds_alike_comes_before_what_shares_signs_and_the_closer_before_the_less_close(desk):
    half, most, sound = (add(desk, Customer, name=name, owner=desk.ids["sales1"])
                         for name in ("上海电气厂", "上海电器公司", "上海电汽"))
    assert like(desk, "sales1", "上海电气公司")[:2] == [most, half]
    assert like(desk, "sales1", "上海电企")[0] == sound
    assert like(desk, "sales1", "上海电气公司", 1) == [most]


def test_pairs_that_nearly_every_record_holds_do_not_count_as_a_trace(desk, monkeypatch):
    monkeypatch.setattr(similar_module, "TOO_MANY", 3)
    for name in ("Aqua Limited", "Brot Limited", "Corn Limited"):
        add(desk, Customer, name=name, owner=desk.ids["sales1"])
    made = add(desk, Customer, name="Dax Limitid", owner=desk.ids["sales1"])
    assert like(desk, "sales1", "Eis Limitet") == []
    assert like(desk, "sales1", "Dax Limitut") == [made]


def test_a_title_that_is_barred_is_like_nothing(desk):
    add(desk, Customer, name="Shenzhen", owner=desk.ids["sales1"])
    with desk.acting("manager") as actor:
        assert similar(actor, [Customer], "Shenzen", 5)
        barred = replace(actor, made={}, columns={**actor.columns, ("customer", "name"): "hide"})
    with desk.app.app_context(), acting_as(barred), counted(desk.app) as count:
        assert similar(barred, [Customer], "Shenzen", 5) == []
    assert len(count) == 0


def test_a_wrong_sign_among_five_or_more_is_always_forgiven(desk):
    chance = random.Random(3)
    letters = "bcdfghklmn"
    names = ["".join(chance.choices(letters, k=chance.randint(5, 9))) for _ in range(12)]
    ids = [add(desk, Customer, name=name, owner=desk.ids["sales1"]) for name in names]
    for made, name in zip(ids, names, strict=True):
        place = chance.randrange(len(name))
        wrong = name[:place] + "x" + name[place + 1:]
        assert made in like(desk, "sales1", wrong), (name, wrong)
    assert SHARE == 0.5
