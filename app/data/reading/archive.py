"""The archive that a workbook is: judged before anything is unpacked, and read without building trees."""

import contextlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.expatreader import DefusedExpatParser

from app.data.reading.basis import Limits, Source, UnreadableFile
from app.kernel.problems import N_, problem

_CHUNK = 65_536
_ENTRY_MARK = b"PK\x01\x02"
_MOST_ENTRIES = 10_000
# Below this size no ratio is suspicious: a sheet of equal cells packs well.
_HARMLESS = 20_000_000
# What zipfile, the decompressors and the XML parser raise on damaged bytes; RuntimeError is an encrypted part.
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, SAXException,
           KeyError, ValueError)


@contextlib.contextmanager
def damage_refused() -> Iterator[None]:
    """Damage of the archive or its XML, entity declarations included, becomes an UnreadableFile."""
    try:
        yield
    except _DAMAGE as fault:
        raise UnreadableFile(N_("The workbook is damaged. Open it in a spreadsheet program and save it again.")
                             ) from fault


def check_archive(source: Source, limits: Limits) -> None:
    """UnreadableFile if the archive would unpack to more than `limits` allow, or has absurdly many parts."""
    if _entries(source) > _MOST_ENTRIES:
        raise UnreadableFile(N_("The workbook has too many parts."))
    with damage_refused(), source.open() as stream, zipfile.ZipFile(stream) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > limits.unpacked or unpacked > max(_HARMLESS, limits.ratio * source.size):
        raise UnreadableFile(problem(N_("The workbook would unpack to %(size)s bytes, which is too much for its size. "
                                        "Please save it as CSV."), size=unpacked))


def _entries(source: Source) -> int:
    """How many parts the archive lists, counted before they are made into objects."""
    count, tail = 0, b""
    with source.open() as stream:
        while chunk := stream.read(1_048_576):
            count += (tail + chunk).count(_ENTRY_MARK)
            tail = chunk[-(len(_ENTRY_MARK) - 1) :]
    return count


def local_name(tag: str) -> str:
    """The name of an element or attribute without its prefix."""
    return tag.rpartition(":")[2]


def parsed(stream: IO[bytes], handler: ContentHandler) -> Iterator[None]:
    """Feed `stream` to `handler`, giving the caller a turn after each piece. Declared entities and DTDs are refused."""
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    # Without any feeding, close would find nothing wrong with an empty part.
    parser.feed(b"")
    while chunk := stream.read(_CHUNK):
        parser.feed(chunk)
        yield
    parser.close()


def parse_part(archive: zipfile.ZipFile, name: str, handler: ContentHandler, most: int) -> None:
    """Parse a whole part of at most `most` unpacked bytes. KeyError if it is absent, UnreadableFile if it is larger."""
    if archive.getinfo(name).file_size > most:
        raise UnreadableFile(problem(N_("The part “%(name)s” of the workbook is too large. Please save it as CSV."),
                                     name=name[:60]))
    with archive.open(name) as stream:
        for _turn in parsed(stream, handler):
            pass
