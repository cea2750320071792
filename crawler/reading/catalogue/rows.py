"""What each row of a table is; rows of a catalogue become drafts of items, with merged cells and 同上 resolved."""

from __future__ import annotations

import re
from enum import Enum

from attrs import Factory, define, frozen

from archive.model import Grid
from archive.words.channels import CHANNELS
from archive.words.columns import FLAGS, TEXTS
from crawler.reading.catalogue.areas import AreaFinder, Named
from crawler.reading.catalogue.channels import split
from crawler.reading.catalogue.drafts import SINGLE_GROUPS, Draft, Text
from crawler.reading.catalogue.headers import Header, begins_header, read_header
from crawler.reading.catalogue.lattice import Lattice, squeeze
from crawler.reading.catalogue.marks import read_mark

_TITLE = re.compile(r"目录|领域|清单")
_LONGEST_TITLE = 80
_SERIAL = re.compile(
    r"[(（]?[\dA-Za-z零一二三四五六七八九十百]{1,6}(?:[.\-—、/．\s]+[\dA-Za-z一二三四五六七八九十]{1,6})*[)）.、．]?"
)


class Fate(Enum):
    HEADER = "header"
    CAPTION = "caption"
    ITEM = "item"
    JOINED = "joined"
    FLAGGED = "flagged"


@define
class Table:
    catalogue: bool = False
    fates: list[Fate] = Factory(list)
    notes: list[str] = Factory(list)
    headers: list[Header] = Factory(list)
    area: str = ""
    run: int = 0
    opens_run: bool = False


@frozen
class _Carried:
    """What a table without header of its own continues."""

    header: Header
    width: int


class RowReader:
    """Reads the grids of one document in order; `drafts` are the items of all of them."""

    def __init__(self, finder: AreaFinder) -> None:
        self.drafts: list[Draft] = []
        self._finder = finder
        self._area = finder.default
        self._run = 0
        self._section = 0
        self._title = ""
        self._cells: dict[tuple[int, int, int], Text] = {}
        """Texts by grid, row and column of the cell's beginning."""
        self._carried: _Carried | None = None
        self._previous: Draft | None = None
        self._waiting: list[tuple[int, str]] = []
        """(column, text) of rows that stand above the row of their item."""

    def read(self, number: int, grid: Grid) -> Table:
        lattice = Lattice.of(grid)
        table = Table()
        starts = [row for row in range(len(lattice)) if begins_header(lattice, row)]
        self._name_area(self._finder.in_titles(grid.caption.splitlines()) or self._sheet_area(grid), table)
        for line in grid.caption.splitlines():
            self._name_title(line)
        if not starts:
            header = self._continued(lattice)
            if header is None and not lists_channels(lattice):
                self._carried = self._previous = None
                return table
            if header is None:
                table.fates = [Fate.FLAGGED] * len(lattice)
                table.notes.append("像标准目录，但没有表头，列数也与上一张表不同：各行只保留在原表中")
            else:
                self._read_rows(number, lattice, 0, len(lattice), header, table)
        else:
            self._read_sections(number, lattice, starts, table)
        table.catalogue = True
        table.area, table.run = table.area or self._area, self._run
        return table

    def _sheet_area(self, grid: Grid) -> Named | None:
        return self._finder.in_title(grid.place.sheet, sheet=True) if grid.place.sheet else None

    def _name_area(self, named: Named | None, table: Table) -> None:
        if named is None:
            return
        if named.unknown:
            table.notes.append(f"标题中的“{named.unknown}”领域不在领域清单中")
        if named.slug != self._area or named.unknown:
            self._previous = None
            self._section += 1
        self._area = named.slug

    def _name_title(self, line: str) -> None:
        """Under a new title the numbers may begin again; a title printed on every page is not new."""
        if len(line) > _LONGEST_TITLE * 4:
            return
        title = squeeze(line)
        if len(title) > _LONGEST_TITLE or not _TITLE.search(title) or title == self._title:
            return
        if self._title or self._previous is not None:
            self._section += 1
            self._previous = None
        self._title = title

    # ------------------------------------------------------------ sections of a table

    def _read_sections(self, number: int, lattice: Lattice, starts: list[int], table: Table) -> None:
        """Titles, header and rows; then the header again (a new page, or another catalogue in the same table)."""
        before = 0
        header: Header | None = None
        for index, start in enumerate(starts):
            if start < before:
                continue  # inside the header just read
            if header is None:
                # what stands above the first header are titles, unless the table goes on from the page before
                self._titles(lattice, before, start, table)
            new = read_header(lattice, start)
            self._open(new, lattice, table)
            table.fates += [Fate.HEADER] * (new.stop - new.start)
            header = new
            following = [later for later in starts[index + 1 :] if later >= new.stop]
            stop = following[0] if following else len(lattice)
            self._read_rows(number, lattice, new.stop, stop, new, table)
            before = stop

    def _titles(self, lattice: Lattice, start: int, stop: int, table: Table) -> None:
        for row in range(start, stop):
            for text in dict.fromkeys(lattice.rows[row][column] or "" for column in lattice.filled(row)):
                self._name_area(self._finder.in_titles(text.splitlines()), table)
                self._name_title(text)
            table.fates.append(Fate.CAPTION)

    def _open(self, header: Header, lattice: Lattice, table: Table) -> None:
        """Go on with the columns of the page before when the header only repeats; else a new run begins."""
        table.headers.append(header)
        same = self._carried is not None and [c.role for c in self._carried.header.columns] == [
            c.role for c in header.columns
        ]
        if not same or self._previous is None:
            self._run += 1
            self._section += 1
            self._previous = None
            table.opens_run = True
        self._carried = _Carried(header, lattice.width)

    def _continued(self, lattice: Lattice) -> Header | None:
        """The header of the catalogue before, if a table without header goes on with its columns."""
        if self._carried is None or self._carried.width != lattice.width or not len(lattice):
            return None
        header = self._carried.header
        good = 0
        for row in range(len(lattice)):
            marks = [squeeze(lattice.text(row, c)) for role in FLAGS for c in header.of(role)]
            odd = any(len(mark) > 12 for mark in marks)
            serials = [lattice.text(row, column) for column in header.of("serial")]
            fits = all(not serial or _SERIAL.fullmatch(serial) for serial in serials)
            ticked = any(mark and len(mark) <= 2 and read_mark(mark).value for mark in marks)
            listed = any("政府网站" in squeeze(lattice.text(row, c)) for c in header.of("channels"))
            numbered = any(serials) and fits
            partial = row == 0 and fits and self._previous is not None
            good += fits and not odd and (ticked or listed or (numbered and not marks) or partial)
        return header if good * 2 >= len(lattice) else None

    # ------------------------------------------------------------ rows

    def _read_rows(self, number: int, lattice: Lattice, start: int, stop: int, header: Header, table: Table) -> None:
        page_start = True
        for row in range(start, stop):
            fate = self._fate(lattice, row, start, header, page_start)
            if fate is Fate.JOINED and self._waits(lattice, row, start, stop, header):
                self._waiting += [(c, text) for c, text in enumerate(lattice.rows[row]) if text]
            elif fate is Fate.ITEM:
                draft = self._draft(number, lattice, row, start, header, page_start)
                for column, text in reversed(self._waiting):
                    draft.cells[column] = Text("\n".join(filter(None, (text, draft.cells[column].value))))
                self._waiting = []
                if row in lattice.grid.doubts:
                    draft.notes.append(lattice.grid.doubts[row])
                self.drafts.append(draft)
                self._previous = draft
            elif fate is Fate.JOINED:
                merged = self._serial_merged(lattice, row, start, header)
                self._join(number, lattice, row, cut=page_start, lines=merged)
            elif fate is Fate.CAPTION:
                self._caption(lattice, row, table)
            elif fate is Fate.FLAGGED:
                table.notes.append(f"第 {row + 1} 行是续行，但找不到它所续的行")
            table.fates.append(fate)
            if lattice.filled(row):
                page_start = False

    def _caption(self, lattice: Lattice, row: int, table: Table) -> None:
        texts = [lattice.rows[row][column] or "" for column in lattice.filled(row)]
        if not texts:
            return
        self._name_area(self._finder.in_titles(texts[0].splitlines()), table)
        self._name_title(texts[0])

    def _fate(self, lattice: Lattice, row: int, start: int, header: Header, page_start: bool) -> Fate:
        filled = lattice.filled(row)
        if not filled:
            merged = any(start <= lattice.anchor(row, c)[0] < row for c in range(lattice.width))
            return Fate.JOINED if merged and self._previous else Fate.CAPTION
        if self._is_caption(lattice, row, filled, header):
            return Fate.CAPTION
        if self._begins_item(lattice, row, start, header, page_start):
            return Fate.ITEM
        return Fate.JOINED if self._previous or self._waits(lattice, row, start, len(lattice), header) else Fate.FLAGGED

    def _waits(self, lattice: Lattice, row: int, start: int, stop: int, header: Header) -> bool:
        """Channels in rows of their own above the row with the item's number: the list begins before the number that
        stands in its middle. A list that names the government's site again is the next item's."""
        listed = header.of("channels")
        if not listed or any(column not in listed for column in lattice.filled(row)) or not lattice.filled(row):
            return False
        if self._serial_merged(lattice, row, start, header) or not header.has("serial"):
            return False
        later = next((r for r in range(row, stop) if any(lattice.rows[r][c] for c in header.of("serial"))), None)
        if later is None:
            return False
        if self._waiting or self._previous is None:
            return True
        before = self._previous.texts.get("channels", "")
        return any("政府网站" in squeeze(lattice.text(row, c)) for c in listed) and "政府网站" in squeeze(before)

    def _is_caption(self, lattice: Lattice, row: int, filled: list[int], header: Header) -> bool:
        if len(filled) != 1:
            return False
        column = filled[0]
        text = lattice.rows[row][column] or ""
        _, breadth = lattice.extent(row, column)
        if breadth > 1 and breadth * 2 > lattice.width:
            return True
        if lattice.width < 3 or column > 0 or any(cell is None for cell in lattice.rows[row]):
            return False
        return header.columns[0].role == "serial" and not _SERIAL.fullmatch(text)

    def _begins_item(self, lattice: Lattice, row: int, start: int, header: Header, page_start: bool) -> bool:
        cells = lattice.rows[row]
        serial = [cells[column] for column in header.of("serial")]
        if any(serial):
            return True
        keys = header.of("level2") + header.of("level3") or header.of("level1") or header.of("content")
        key = any(cells[column] for column in keys)
        flags = [column for role in (*FLAGS, *SINGLE_GROUPS) for column in header.of(role)]
        marks = any(cells[column] for column in flags)
        # a √ whose cell reaches down to this row is this row's √
        reached = any(cells[column] is None and start <= lattice.anchor(row, column)[0] < row for column in flags)
        previous_marked = self._previous is None or self._previous.marked
        merged = self._serial_merged(lattice, row, start, header)
        if not flags or not (header.has(*FLAGS) or header.has("serial")):
            return self._begins_without_flags(lattice, row, header, key, merged, page_start)
        if key:
            if marks or (reached and not page_start):
                return True
            if page_start and self._previous is not None:
                return False
            return not merged or not previous_marked
        return marks and previous_marked

    def _begins_without_flags(
        self, lattice: Lattice, row: int, header: Header, key: bool, merged: bool, page_start: bool
    ) -> bool:
        def own(*roles: str) -> bool:
            return any(lattice.rows[row][column] for role in roles for column in header.of(role))

        whole = own("content") and (own("channels") or not header.has("channels"))
        if own("content") and own("basis") and not page_start:
            return True
        if key and (header.has("level1", "level2", "level3") or not merged):
            cut = page_start and self._previous is not None and not whole
            return not cut
        return whole and own("channels")

    def _serial_merged(self, lattice: Lattice, row: int, start: int, header: Header) -> bool:
        return any(
            lattice.rows[row][column] is None and start <= lattice.anchor(row, column)[0] < row
            for column in header.of("serial")
        )

    # ------------------------------------------------------------ drafts

    def _draft(self, number: int, lattice: Lattice, row: int, start: int, header: Header, page_start: bool) -> Draft:
        previous = self._previous
        draft = Draft(
            grid=number,
            row=row,
            place=lattice.grid.place,
            area=self._area,
            run=self._run,
            section=self._section,
            columns=header.columns,
            cells=[],
            merged_serial=self._serial_merged(lattice, row, start, header),
        )
        if header.misaligned:
            draft.notes.append("表头与各列对不上，请对照原表核对")
        for index, column in enumerate(header.columns):
            above, left = lattice.anchor(row, index)
            if above < start or (left != index and column.role not in FLAGS):
                draft.cells.append(Text(""))  # merged with the header, or with a column of another meaning
                continue
            cell = self._cells.setdefault((number, above, left), Text(lattice.text(row, index)))
            if left != index and cell.value:
                draft.notes.append(f"“{column.label}”列的标记跨列合并")
            rest = (
                page_start
                and not cell.value
                and lattice.extent(row, index)[0] > 1
                and column.role in (*TEXTS, "level3")
            )
            if rest and previous and previous.cells[index].value:
                # empty over several rows at the top of a page: the rest of a merged cell whose text is on the last
                cell = self._cells[number, above, left] = previous.cells[index]
                draft.inferred.append(column.role)
            draft.cells.append(cell)
        draft.resolve(previous, {index for index in range(lattice.width) if lattice.rows[row][index] == ""})
        return draft

    def _join(self, number: int, lattice: Lattice, row: int, *, cut: bool, lines: bool) -> None:
        """Add the row's own texts to the item above; after a page break its cells are that item's cells."""
        draft = self._previous
        if draft is None:
            return
        for index, text in enumerate(lattice.rows[row]):
            if text:
                draft.add(index, text, cut=cut, lines=lines)
            if text is not None and cut:
                self._cells[number, row, index] = draft.cells[index]


def lists_channels(lattice: Lattice) -> bool:
    """Cells with several channels of the official list behind marks, in at least half of the rows."""
    rows = [
        any(
            len([entry for entry in split(text) if entry.mark and entry.name in CHANNELS]) >= 3
            for text in cells
            if text and "政府网站" in text
        )
        for cells in lattice.rows
    ]
    return bool(rows) and sum(rows) * 2 >= len(rows)
