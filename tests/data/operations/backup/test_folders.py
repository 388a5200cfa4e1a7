"""Folders of backups are complete or not there at all, and only they are ever removed."""

import datetime as dt
import os
import stat

import pytest

from app.data.operations.backup.folders import backups_in, chosen, keep_newest, latest_at, new_folder
from app.data.operations.backup.manifest import NAME
from app.kernel import clock

NOON = dt.datetime(2026, 3, 29, 12, 0, 0, 250_000, tzinfo=dt.UTC)


def made(parent, name):
    """A complete backup of this name."""
    (parent / name).mkdir(parents=True)
    (parent / name / NAME).write_text("{}")
    return parent / name


def test_a_folder_gets_its_name_only_when_everything_is_in_it(tmp_path):
    parent = tmp_path / "deep" / "down"
    with clock.at(NOON), new_folder(parent) as (draft, target):
        assert draft.name.startswith(".unfinished-")
        assert not target.exists()
        (draft / "uploads").mkdir()
        (draft / "uploads" / "x").write_text("x")
        (draft / NAME).write_text("{}")
        assert backups_in(parent) == []
    assert target.name == "20260329T120000250000Z"
    assert backups_in(parent) == [target]
    assert (target / "uploads" / "x").read_text() == "x"
    assert latest_at(parent) == NOON


def test_a_backup_is_for_nobody_but_its_owner(tmp_path):
    with clock.at(NOON), new_folder(tmp_path / "backups") as (draft, target):
        (draft / NAME).write_text("{}")
    for path in (tmp_path / "backups", target):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_two_backups_of_one_moment_do_not_mix(tmp_path):
    with clock.at(NOON), new_folder(tmp_path) as (draft, target):
        (draft / NAME).write_text("first")
    with pytest.raises(OSError, match=r"not empty|exists"), clock.at(NOON), new_folder(tmp_path) as (draft, _again):
        (draft / NAME).write_text("second")
    assert (target / NAME).read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("name", ["20260329", "20260329T120000Z", "20260329T120000000000", "x20260329T120000000000Z",
                                  "20260329T120000000000Z.old", ".20260329T120000000000Z", "notes"])
def test_a_folder_of_another_name_is_never_taken_for_a_backup_nor_removed(tmp_path, name):
    made(tmp_path, name)
    newest = made(tmp_path, "20260101T000000000000Z")
    assert backups_in(tmp_path) == [newest]
    assert keep_newest(tmp_path, 1) == 0
    assert (tmp_path / name / NAME).exists()


def test_a_file_of_the_right_name_is_no_backup(tmp_path):
    (tmp_path / "20260329T120000000000Z").write_text("x")
    assert backups_in(tmp_path) == []
    assert keep_newest(tmp_path, 1) == 0


@pytest.mark.parametrize(("keep", "left"), [(1, ["3"]), (2, ["2", "3"]), (3, ["1", "2", "3"]), (9, ["1", "2", "3"])])
def test_of_several_backups_the_newest_stay(tmp_path, keep, left):
    for number in ("2", "3", "1"):
        made(tmp_path, f"2026010{number}T000000000000Z")
    assert keep_newest(tmp_path, keep) == 3 - len(left)
    assert [path.name[7] for path in backups_in(tmp_path)] == left


def test_what_a_killed_backup_left_goes_a_day_later_and_what_runs_now_stays(tmp_path):
    for name, hours in (("old", 25), ("young", 23)):
        path = tmp_path / f".unfinished-{name}"
        path.mkdir()
        at = (NOON - dt.timedelta(hours=hours)).timestamp()
        os.utime(path, (at, at))
    with clock.at(NOON):
        assert keep_newest(tmp_path, 1) == 1
    assert [path.name for path in tmp_path.iterdir()] == [".unfinished-young"]


def test_a_backup_is_chosen_by_itself_or_as_the_newest_below(tmp_path):
    first, last = made(tmp_path, "20260101T000000000000Z"), made(tmp_path, "20260102T000000000000Z")
    assert chosen(first) == first
    assert chosen(tmp_path) == last
    assert chosen(tmp_path / "nowhere") == tmp_path / "nowhere"
    assert latest_at(tmp_path / "nowhere") is None
