"""CSV and its kin: the delimiter is found, and every physical line becomes part of exactly one record."""

import csv
import io
import re
from collections.abc import Iterator
from typing import TextIO

from app.data.reading.basis import Limits, Record, Source, UnreadableFile
from app.data.reading.encoding import open_text
from app.kernel.problems import N_, Problem, problem

DELIMITERS = ("\t", ";", "|", ",")
_SAMPLE = 65_536
_SAMPLE_RECORDS = 200
# What a delimiter may be. Quotation marks, line ends and spaces would confuse the format itself.
_ALLOWED = re.compile(r"[^\w\s\"'.\x00]|\t")
_STATED = re.compile(rf"sep=({_ALLOWED.pattern})(?:\r\n?|\n)", re.IGNORECASE)
# The limit of the csv module holds for the process; ours are tighter and are judged by record.
csv.field_size_limit(2**31 - 1)


def checked_delimiter(wanted: str) -> str:
    """`wanted`, or UnreadableFile if it cannot divide cells."""
    if not _ALLOWED.fullmatch(wanted):
        raise UnreadableFile(problem(N_("“%(value)s” cannot be a delimiter."), value=wanted[:10]))
    return wanted


def find_delimiter(stream: TextIO) -> str:
    """The delimiter among tab, ``;``, ``|`` and ``,`` under which most records have as many cells as the header.

    A first line ``sep=;``, as spreadsheets write it, decides. A file of one column has ``,``.
    """
    sample = stream.read(_SAMPLE)
    stated = _STATED.match(sample)
    if stated:
        return stated[1]
    cut = len(sample) == _SAMPLE
    best = max(DELIMITERS, key=lambda delimiter: _evidence(sample, delimiter, cut))
    return best if _evidence(sample, best, cut) > 0 else ","


def _evidence(sample: str, delimiter: str, cut: bool) -> float:
    """Columns beyond the first, times the share of records that have them all."""
    widths: list[int] = []
    for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
        widths += [len(cells)] if cells else []
        if len(widths) == _SAMPLE_RECORDS:
            break
    else:
        # The sample may end within a record.
        widths = widths[:-1] if cut and len(widths) > 1 else widths
    if not widths or widths[0] < 2:
        return 0.0
    return (widths[0] - 1) * widths.count(widths[0]) / len(widths)


class RecordTooLong(Exception):
    """The lines fed since the last record exceed the limit of one record."""


class LineFeed:
    """The lines of a stream, kept while the record that they belong to is not complete."""

    def __init__(self, stream: TextIO, most: int) -> None:
        self.stream = stream
        self.most = most
        self.pending: list[str] = []
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.stream.readline(self.most + 1)
        if not line:
            raise StopIteration
        self.pending.append(line)
        self.size += len(line)
        if self.size > self.most:
            raise RecordTooLong
        return line

    def taken(self) -> list[str]:
        """The pending lines, which are then forgotten."""
        lines, self.pending, self.size = self.pending, [], 0
        return lines

    def rest_of_line(self, line: str) -> Iterator[str]:
        """The pieces of a physical line of which `line` is the beginning."""
        while line and not line.endswith(("\r", "\n")):
            line = self.stream.readline(self.most)
            yield line


class Delimited:
    """The records of a delimited text, header included."""

    is_grid = False

    def __init__(self, source: Source, encoding: str, delimiter: str, limits: Limits) -> None:
        self.source = source
        self.encoding = encoding
        self.delimiter = delimiter
        self.limits = limits

    def records(self) -> Iterator[Record]:
        """Every record with its row. Lines whose quotation marks do not match are refused one by one.

        The file is read on after them where its quotation marks are even again: a line in between could be the middle
        of a cell, and would make a record of rubbish.
        """
        with open_text(self.source, self.encoding) as stream:
            feed = LineFeed(stream, self.limits.record)
            reader = self._reader(feed)
            row = 0
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except (csv.Error, RecordTooLong) as fault:
                    for record in self._refused(feed, row + 1, isinstance(fault, RecordTooLong)):
                        row = record.row
                        yield record
                    reader = self._reader(feed)
                    continue
                line = feed.taken()[0]
                row += 1
                if row > 1 or not _STATED.fullmatch(line):
                    yield Record(row, cells)

    def _reader(self, feed: LineFeed) -> Iterator[list[str]]:
        return csv.reader(feed, delimiter=self.delimiter, strict=True)

    def _refused(self, feed: LineFeed, first: int, too_long: bool) -> Iterator[Record]:
        lines = feed.taken()
        if too_long and len(lines) == 1:
            reason = problem(N_("The row is longer than %(most)s characters."), most=self.limits.record)
        elif len(lines) == 1:
            reason = problem(N_("The quotation marks of this row do not match."))
        else:
            reason = problem(N_("A quotation mark that opens in row %(row)s is not closed properly."), row=first)
        for row, line in enumerate(lines, first):
            yield self._naive(row, line, reason)
        if too_long:
            yield from self._until_even(feed, lines, first + len(lines), reason)

    def _until_even(self, feed: LineFeed, lines: list[str], row: int, reason: Problem) -> Iterator[Record]:
        quotes = sum(line.count('"') for line in lines)
        quotes += sum(piece.count('"') for piece in feed.rest_of_line(lines[-1]))
        while quotes % 2 and (line := feed.stream.readline(feed.most)):
            quotes += line.count('"') + sum(piece.count('"') for piece in feed.rest_of_line(line))
            yield self._naive(row, line, reason)
            row += 1

    def _naive(self, row: int, line: str, reason: Problem) -> Record:
        """A line cut at every delimiter: quotation marks stay, so that a person sees what to mend."""
        return Record(row, line.rstrip("\r\n").split(self.delimiter), reason)
