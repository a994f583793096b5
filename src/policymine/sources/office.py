"""DOCX and PDF to text: paragraphs and table rows of a DOCX, the printed lines of a PDF, each with its place in the file."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from policymine.errors import LayoutError
from policymine.model import Block
from policymine.text import Span

LARGEST_UNPACKED = 200_000_000
"""Bytes to which a DOCX may unpack: a file that swells beyond is an attack or a film, not a paper."""
READ_AS_PDF = "open it, print it to a PDF, and give that"


class OfficeText(NamedTuple):
    """The text of an office file, one block per line, and what the file says of itself."""

    text: str
    blocks: tuple[Block, ...]
    metadata: Mapping[str, str]


def read_docx(body: bytes, *, url: str) -> OfficeText:
    """Paragraphs and table rows (cells with tabs between them) of a DOCX in reading order.

    Raises:
        LayoutError: no DOCX, a damaged one, or one that unpacks to an unreasonable size.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise LayoutError(url, "DOCX", f"unpacks to more than {LARGEST_UNPACKED:,} bytes; {READ_AS_PDF}")
        document = docx.Document(io.BytesIO(body))
        lines = list(_docx_lines(document))
    except RuntimeError as problem:  # what zipfile raises for a locked archive, also by its child for unknown packing
        raise LayoutError(url, "DOCX", "is encrypted or packed in an unknown way; save it anew without password") from problem
    except (
        zipfile.BadZipFile,
        PackageNotFoundError,
        KeyError,
        ValueError,
        SyntaxError,
        OSError,
    ) as problem:
        raise LayoutError(
            url, "DOCX", f"is damaged ({type(problem).__name__}); save it anew in its office program"
        ) from problem
    properties = document.core_properties
    named = {"title": properties.title, "author": properties.author}
    return _joined(lines, {key: value.strip() for key, value in named.items() if value and value.strip()})


def _docx_lines(document: object) -> Iterator[tuple[str, str, str]]:
    """Text, path and tag of each paragraph and table row."""
    from docx.table import Table

    for number, part in enumerate(document.iter_inner_content(), 1):  # type: ignore[attr-defined]
        if not isinstance(part, Table):
            yield part.text, f"body/p[{number}]", "p"
            continue
        for row_number, row in enumerate(part.rows, 1):
            cells: list[str] = []
            seen: set[int] = set()
            for cell in row.cells:
                if id(cell._tc) not in seen:  # a merged cell is listed once per column it covers
                    seen.add(id(cell._tc))
                    cells.append(" ".join(cell.text.split()))
            yield "\t".join(cells), f"body/tbl[{number}]/tr[{row_number}]", "tr"


def read_pdf(body: bytes, *, url: str) -> OfficeText:
    """The printed lines of a PDF, page by page, in reading order.

    Raises:
        LayoutError: encrypted, damaged, or pictures of text only.
    """
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LTTextContainer
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException

    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every odd font
    lines: list[tuple[str, str, str]] = []
    try:
        for number, page in enumerate(extract_pages(io.BytesIO(body)), 1):
            for box_number, box in enumerate((part for part in page if isinstance(part, LTTextContainer)), 1):
                for row in box.get_text().split("\n"):
                    lines.append((row.strip(), f"page[{number}]/box[{box_number}]", "line"))
    except (PDFEncryptionError, PDFPasswordIncorrect) as problem:
        raise LayoutError(url, "PDF", "is encrypted; remove its password and give it again") from problem
    except (PDFException, PSException, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError) as problem:
        raise LayoutError(url, "PDF", f"is damaged ({type(problem).__name__}); open it and {READ_AS_PDF}") from problem
    if not any(text for text, _, _ in lines):
        raise LayoutError(url, "PDF", "holds pictures, no text; run it through character recognition first")
    return _joined(lines, {})


def _joined(lines: list[tuple[str, str, str]], metadata: Mapping[str, str]) -> OfficeText:
    blocks, texts, at = [], [], 0
    for text, path, tag in lines:
        if text.strip():
            blocks.append(Block(Span(at, at + len(text)), path, tag))
            texts.append(text)
            at += len(text) + 1
    return OfficeText("\n".join(texts), tuple(blocks), metadata)
