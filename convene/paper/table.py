"""A table as a workbook: from a CSV file to an XLSX file, a row at a time, every cell a text and none a formula."""

import csv
import sys

import xlsxwriter  # type: ignore[import-untyped] # it carries no types

WIDTH = 22  # of a column, in letters


def from_csv(source: str, target: str) -> int:
    """Write the CSV file at `source` (UTF-8) as a workbook to `target`; returns how many rows."""
    csv.field_size_limit(sys.maxsize)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    sheet = book.add_worksheet("Sign-ups")
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    number = -1
    with open(source, encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 - csv wants the newlines as they are
        for number, row in enumerate(csv.reader(file)):
            if number == 0:
                sheet.set_column(0, max(0, len(row) - 1), WIDTH)
            for column, text in enumerate(row):
                sheet.write_string(number, column, text[:32_767], bold if number == 0 else None)
    book.close()
    return number + 1
