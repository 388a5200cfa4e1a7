"""Workbooks made part by part, so that tests can break any of them."""

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relations(**targets):
    """A part of relations: ids with kind and target, divided by a space."""
    made = "".join(f'<Relationship Id="{key}" Type="{OFFICE}/{kind.split()[0]}" Target="{kind.split()[1]}"/>' for key,
                   kind in targets.items())
    return f'<Relationships xmlns="{RELATIONS}">{made}</Relationships>'


def styles(*codes):
    """A part of styles in which style number n has the n-th of `codes`."""
    formats = "".join(f'<numFmt numFmtId="{170 + place}" formatCode="{code}"/>' for place, code in enumerate(codes))
    cells = "".join(f'<xf numFmtId="{170 + place}"/>' for place, _code in enumerate(codes))
    return (f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
            f"<cellXfs>{cells}</cellXfs></styleSheet>")


def strings(*texts):
    """A part of shared texts, each given as the XML inside its element."""
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{text}</si>" for text in texts)}</sst>'


def book_part(sheets='<sheet name="Sheet1" sheetId="1" r:id="rId1"/>', properties=""):
    """The part that lists the sheets."""
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>{sheets}</sheets></workbook>'


def sheet_part(rows):
    """A sheet of the XML of its rows."""
    return f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>'


def parts(rows="", **others):
    """The parts of a workbook whose first sheet has the XML `rows`; `others` replace parts, None removes one."""
    made = {
        "root": ("_rels/.rels", relations(rId1="officeDocument xl/workbook.xml")),
        "book": ("xl/workbook.xml", book_part()),
        "relations": ("xl/_rels/workbook.xml.rels", relations(
            rId1="worksheet worksheets/sheet1.xml", rId2="styles styles.xml", rId3="sharedStrings sharedStrings.xml",
            rId4="worksheet worksheets/sheet2.xml")),
        "styles": ("xl/styles.xml", styles("General")),
        "strings": ("xl/sharedStrings.xml", strings()),
        "sheet": ("xl/worksheets/sheet1.xml", sheet_part(rows)),
        "sheet2": ("xl/worksheets/sheet2.xml", sheet_part('<row r="1"><c t="str"><v>second</v></c></row>')),
    }
    return {path: others.get(name, content) for name,
            (path, content) in made.items() if others.get(name, content) is not None}


def packed(contents, compression=zipfile.ZIP_DEFLATED):
    """An archive of paths and their text or bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for path, content in contents.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def book(rows="", **others):
    """The bytes of a workbook, see `parts`."""
    return packed(parts(rows, **others))


def row(*cells, number=None):
    """The XML of a row of cells, which are XML themselves or texts."""
    address = f' r="{number}"' if number else ""
    return f'<row{address}>{"".join(cell if cell.startswith("<") else text_cell(cell) for cell in cells)}</row>'


def text_cell(text):
    """A cell with its text inside."""
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
