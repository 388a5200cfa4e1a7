import datetime as dt
from collections import Counter

from app.data.demo.catalogue import TICKET_CATEGORIES
from tests.data.demo.world import MORNING, TODAY, WIDER, by_key, grouped, rows, share

DONE = ("resolved", "closed")


def test_a_note_has_no_direction_and_no_reaction():
    for row in rows("interaction"):
        assert (row["kind"] == "note") == (row["direction"] is None) == (row["reaction"] is None)
        assert row["direction"] in (None, "in", "out")


def test_a_next_step_is_written_where_a_next_time_was_agreed():
    for row in rows("interaction"):
        assert (row["next_at"] is None) == (row["next_step"] is None)
        assert row["next_at"] is None or row["next_at"] >= row["happened_at"]


def test_an_interaction_about_a_deal_happened_while_the_deal_was_open():
    linked = [row for row in rows("interaction", WIDER) if row["opportunity"]]
    assert len(linked) > 500
    for row in linked:
        deal = by_key("opportunity", WIDER)[row["opportunity"]]
        assert deal["customer"] == row["customer"]
        assert deal["created_at"] <= row["happened_at"]
        assert deal["closed_at"] is None or row["happened_at"] <= deal["closed_at"]


def test_conversations_with_the_pool_were_held_by_a_seller():
    pooled = {row["key"] for row in rows("customer") if row["owner"] is None}
    held = [row for row in rows("interaction") if row["customer"] in pooled]
    assert held
    assert {row["owner"] for row in held} == {"sales1"}


def test_some_tasks_are_due_today_some_overdue_some_ahead_and_some_done():
    open_tasks = [row for row in rows("task") if row["status"] in ("open", "in_progress")]
    due = Counter((row["due_at"].date() > TODAY) - (row["due_at"].date() < TODAY) for row in open_tasks)
    assert min(due[when] for when in (-1, 0, 1)) >= 5
    assert share([row for row in rows("task") if row["status"] == "done"], rows("task")) > 0.25


def test_a_reminder_comes_before_its_task_is_due():
    for row in rows("task"):
        assert row["due_at"] - row["remind_at"] == dt.timedelta(minutes=30)
        assert row["created_at"] <= row["due_at"]
        assert row["assignee"] == row["owner"]
        assert row["done_at"] == (row["due_at"] if row["status"] == "done" else None)


def test_every_kind_of_staff_has_tasks():
    assert set(grouped("task", "assignee", WIDER)) == {"sales1", "sales2", "support1", "support2", "manager",
                                                       "marketing"}


def test_a_task_about_a_deal_is_about_one_still_open():
    for row in rows("task"):
        entity, key = row["about"]
        assert entity == "customer" or by_key("opportunity")[key]["closed_at"] is None


def test_a_ticket_has_kind_and_queue_of_its_category():
    known = {key: (kind, queue) for key, _, _, kind, queue in TICKET_CATEGORIES}
    for row in rows("ticket"):
        assert (row["kind"], row["queue"]) == known[row["category"]]


def test_only_new_tickets_have_nobody_and_no_answer():
    for row in rows("ticket"):
        assert (row["status"] == "new") == (row["assignee"] is None)
        assert row["status"] != "new" or row["first_responded_at"] is None
        assert row["team"] == "support"


def test_only_done_tickets_are_solved_and_rated():
    for row in rows("ticket", WIDER):
        assert (row["resolved_at"] is not None) == (row["status"] in DONE)
        assert (row["resolution"] is not None) == (row["status"] in (*DONE, "merged"))
        assert row["satisfaction"] is None or (row["status"] in DONE and 1 <= row["satisfaction"] <= 5)


def test_a_ticket_is_answered_before_it_is_solved_and_after_it_was_opened():
    for row in rows("ticket", WIDER):
        answered, solved = row["first_responded_at"], row["resolved_at"]
        assert answered is None or answered > row["created_at"]
        assert solved is None or solved >= answered
        assert row["created_at"] < row["response_due_at"] < row["resolve_due_at"]


def test_an_urgent_ticket_is_due_earlier_than_a_low_one():
    due = {priority: {row["response_due_at"] - row["created_at"] for row in found}
           for priority, found in grouped("ticket", "priority").items()}
    assert [due[priority] for priority in ("urgent", "high", "normal", "low")] == [
        {dt.timedelta(hours=hours)} for hours in (1, 4, 8, 24)]


def test_a_few_answers_and_solutions_come_too_late():
    answered = [row for row in rows("ticket", WIDER) if row["first_responded_at"]]
    late = share([row for row in answered if row["first_responded_at"] > row["response_due_at"]], answered)
    assert 0.03 < late < 0.25
    solved = [row for row in rows("ticket", WIDER) if row["resolved_at"]]
    assert 0.05 < share([row for row in solved if row["resolved_at"] > row["resolve_due_at"]], solved) < 0.3


def test_complaints_leave_people_less_satisfied():
    rated = [row for row in rows("ticket", WIDER) if row["satisfaction"]]

    def mean(complaint):
        marks = [row["satisfaction"] for row in rated if (row["kind"] == "complaint") == complaint]
        return sum(marks) / len(marks)

    assert mean(False) > mean(True) + 0.2
    assert mean(True) > 2.5


def test_english_customers_write_english_tickets_where_there_are_words_for_it():
    customers = by_key("customer", WIDER)
    tickets = [row for row in rows("ticket", WIDER) if row["category"] == "installation"]
    for row in tickets:
        assert row["subject"].isascii() == (customers[row["customer"]]["region"] == "overseas")
    assert {row["subject"].isascii() for row in tickets} == {True, False}


def test_the_first_message_of_a_ticket_is_its_description():
    messages = grouped("ticket_message", "ticket")
    for row in rows("ticket"):
        if row["status"] == "merged":
            assert row["key"] not in messages
            continue
        first = messages[row["key"]][0]
        assert (first["author"], first["body"], first["internal"]) == ("customer", row["description"], False)
        moments = [message["created_at"] for message in messages[row["key"]]]
        assert moments == sorted(moments)


def test_internal_remarks_are_written_by_agents_only():
    internal = [row for row in rows("ticket_message") if row["internal"]]
    assert internal
    assert {row["author"] for row in internal} == {"agent"}


def test_yesterday_left_work_for_this_morning():
    new = [row for row in rows("ticket", WIDER) if row["status"] == "new"]
    assert new
    assert all(MORNING - row["created_at"] < dt.timedelta(days=5) for row in new)
