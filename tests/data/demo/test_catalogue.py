from app.data.demo import catalogue, names, words


def test_teams_are_a_tree_below_the_company():
    rows = catalogue.teams()
    assert [row["key"] for row in rows if row["parent"] is None] == ["kemai"]
    assert rows[0]["name"] == "客脉"
    assert len(rows) == 5


def test_every_user_carries_the_role_that_the_product_knows():
    roles = {row["username"]: row["role"] for row in catalogue.users()}
    assert set(roles.values()) == {"Admin", "Manager", "Sales", "Support", "Marketing", "Analyst", "Viewer"}
    assert roles["sales1"] == roles["sales2"] == "Sales"


def test_a_chinese_name_is_shown_family_name_first():
    shown = {row["username"]: row["display_name"] for row in catalogue.users()}
    assert shown["sales1"] == "林晓彤"
    assert shown["marketing"] == "Grace Turner"


def test_products_have_whole_prices_in_minor_units():
    for row in catalogue.products():
        assert isinstance(row["unit_price"], int)
        assert row["unit_price"] >= 1000
        assert row["unit_price"] % 100 == 0
        assert row["currency"] == "CNY"


def test_one_product_is_no_longer_sold():
    assert [row["code"] for row in catalogue.products() if not row["active"]] == ["KM-1001"]


def test_products_of_every_category_are_on_the_list():
    assert {row["category"] for row in catalogue.products()} == {"device", "consumable", "software", "service"}


def test_stages_rise_in_probability_until_the_deal_is_closed():
    stages = catalogue.stages()
    assert [row["order"] for row in stages] == list(range(1, len(stages) + 1))
    still_open = [row["probability"] for row in stages if row["category"] == "open"]
    assert still_open == sorted(still_open)
    assert [row["key"] for row in stages] == ["prospecting", "engaging", "closing", "won", "lost"]
    assert {row["key"]: row["probability"] for row in stages if row["category"] != "open"} == {"won": 100, "lost": 0}


def test_a_quality_complaint_goes_to_technicians_and_an_attitude_complaint_to_customer_service():
    queues = {row["key"]: row["queue"] for row in catalogue.ticket_categories()}
    assert queues["product_quality"] == queues["malfunction"] == "technicians"
    assert queues["service_attitude"] == queues["impolite"] == "customer_service"


def test_a_category_has_the_kind_of_its_parent():
    kinds = {row["key"]: row["kind"] for row in catalogue.ticket_categories()}
    for row in catalogue.ticket_categories():
        assert row["parent"] is None or row["kind"] == kinds[row["parent"]]


def test_every_category_without_children_has_texts():
    rows = catalogue.ticket_categories()
    leaves = {row["key"] for row in rows} - {row["parent"] for row in rows}
    assert leaves == set(words.TICKETS)


def test_every_queue_of_a_category_exists():
    known = {row["key"] for row in catalogue.queues()}
    assert {row["queue"] for row in catalogue.ticket_categories()} == known


def test_every_industry_has_names_for_its_organisations():
    assert set(catalogue.INDUSTRIES) == set(names.CHINESE_TRADES)


def test_every_reason_for_losing_has_a_lesson():
    assert set(catalogue.LOSS_REASONS) == set(words.LOST_LESSONS)


def test_competitors_are_described_by_strengths_and_weaknesses():
    for row in catalogue.competitors():
        assert all(row.values())


def test_every_source_says_how_it_is_judged_and_followed_up():
    for row in catalogue.lead_sources():
        assert all(row.values())
    assert {"campaign", "referral", "web_advertising"} <= {row["key"] for row in catalogue.lead_sources()}


def test_a_plain_table_becomes_rows_of_key_and_name():
    assert catalogue.named({"food": "餐饮食品"}) == [{"key": "food", "name": "餐饮食品"}]


def test_tags_and_pipelines_have_names():
    assert all(row["name"] for row in (*catalogue.tags(), *catalogue.pipelines()))
