"""The staging table keeps statuses apart from verdicts."""

import sqlalchemy as sa

from app.data.models import FINAL, STAGED, UNREADABLE, ImportRow


def test_every_status_fits_its_column_and_staged_is_not_final():
    width = sa.inspect(ImportRow).columns["status"].type.length
    assert all(len(name) <= width for name in (*FINAL, STAGED, UNREADABLE))
    assert STAGED not in FINAL
    assert len(set(FINAL)) == 5
