"""XLSX workbooks as text, read so that no file can hurt the reader.

Only values are read. Formulas are not computed, macros and links are not followed, and sizes are
known before anything is unpacked.
"""

from sojourn.language.xlsx.book import Book, Sheet, column_of, letters
from sojourn.language.xlsx.parts import WorkbookError

__all__ = ["Book", "Sheet", "WorkbookError", "column_of", "letters"]
