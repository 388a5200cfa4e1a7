"""From days before today to dates and moments."""

import datetime as dt

LONGEST = 800
FURTHEST = 120
OPENING = 60  # minutes after midnight UTC: nine o'clock in Shanghai
OPEN_MINUTES = 540


class Days:
    """Dates and moments counted from a `today`, worked out once because millions of rows ask for them."""

    def __init__(self, today: dt.date) -> None:
        self._dates = [today - dt.timedelta(days=LONGEST - place) for place in range(LONGEST + FURTHEST + 1)]
        self._moments = [dt.datetime.combine(day, dt.time(), dt.UTC) for day in self._dates]
        self._minutes = [dt.timedelta(minutes=OPENING + minute) for minute in range(OPEN_MINUTES)]

    def date(self, ago: int) -> dt.date:
        """The day `ago` days before today; a negative `ago` lies ahead. At most `LONGEST` back, `FURTHEST` ahead."""
        return self._dates[LONGEST - ago]

    def moment(self, ago: int, salt: int) -> dt.datetime:
        """An aware UTC moment in the office hours of that day, the same whenever the same `salt` asks."""
        return self._moments[LONGEST - ago] + self._minutes[(salt * 7919 + ago * 131) % OPEN_MINUTES]
