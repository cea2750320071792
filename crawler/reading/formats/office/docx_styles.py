"""What a .docx says away from its text: styles (symbol fonts, headings) and automatic numbers."""

from __future__ import annotations

from attrs import define, field
from lxml import etree

from archive.text.struck import HEIGHTS, Look, struck
from crawler.reading.formats.office.marks import is_symbol_font

_LOOKS = ("strike", "dstrike", "vertAlign")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE = "零一二三四五六七八九"
_CHINESE_FORMATS = frozenset(
    {"chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "ideographDigital", "japaneseCounting"}
)
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def on(element: etree._Element | None) -> bool:
    """A toggle property (ISO/IEC 29500-1, 17.7.3): there and not switched off."""
    return element is not None and element.get(W + "val", "1") not in ("0", "false", "off")


def _value(element: etree._Element | None) -> str:
    return "" if element is None else element.get(W + "val", "")


class Styles:
    def __init__(self, root: etree._Element | None) -> None:
        self._by_id: dict[str, etree._Element] = {}
        self._default = ""
        for style in root.iterchildren(W + "style") if root is not None else ():
            name = style.get(W + "styleId", "")
            self._by_id[name] = style
            if style.get(W + "type") == "paragraph" and style.get(W + "default") in ("1", "true"):
                self._default = name
        self._fonts: dict[str, str | None] = {}

    def of_paragraph(self, paragraph: etree._Element) -> str:
        return _value(paragraph.find(f"{W}pPr/{W}pStyle")) or self._default

    def is_heading(self, paragraph: etree._Element, style: str) -> bool:
        if paragraph.find(f"{W}pPr/{W}outlineLvl") is not None:
            return True
        return any(
            _value(s.find(W + "name")).lower().startswith(("heading", "title", "标题"))
            or s.find(f"{W}pPr/{W}outlineLvl") is not None
            for s in self._chain(style)
        )

    def numbering(self, style: str) -> etree._Element | None:
        found = (s.find(f"{W}pPr/{W}numPr") for s in self._chain(style))
        return next((numbering for numbering in found if numbering is not None), None)

    def symbol_font(self, properties: etree._Element | None, paragraph_style: str) -> str | None:
        """The symbol font of a run, set on itself, by its character style or by its paragraph's style."""
        font = _font(properties)
        if font is not None:
            return font if is_symbol_font(font) else None
        for style in (_value(properties.find(W + "rStyle")) if properties is not None else "", paragraph_style):
            if style not in self._fonts:
                fonts = (_font(s.find(W + "rPr")) for s in self._chain(style))
                self._fonts[style] = next((f for f in fonts if f is not None), None)
            found = self._fonts[style]
            if found is not None:
                return found if is_symbol_font(found) else None
        return None

    def looks(self, properties: etree._Element | None, paragraph_style: str) -> list[Look]:
        """How the text of a run is to be shown: struck out, set high or low; [] where it stands as it is."""
        places = [properties, *self._run_properties(_value(_child(properties, "rStyle")))]
        places += self._run_properties(paragraph_style)
        found = {name: next(filter(_there, (_child(place, name) for place in places)), None) for name in _LOOKS}
        height = HEIGHTS.get(_value(found["vertAlign"]))
        is_struck = on(found["strike"]) or on(found["dstrike"])
        return [*([height] if height else []), *([struck] if is_struck else [])]

    def _run_properties(self, style: str) -> list[etree._Element | None]:
        return [each.find(W + "rPr") for each in self._chain(style)]

    def _chain(self, name: str) -> list[etree._Element]:
        """The style and those it is based on."""
        chain: list[etree._Element] = []
        seen: set[str] = set()
        while name in self._by_id and name not in seen:
            seen.add(name)
            chain.append(self._by_id[name])
            name = _value(self._by_id[name].find(W + "basedOn"))
        return chain


def _child(properties: etree._Element | None, name: str) -> etree._Element | None:
    return properties.find(W + name) if properties is not None else None


def _there(element: etree._Element | None) -> bool:
    return element is not None


def _font(properties: etree._Element | None) -> str | None:
    """The font of Latin letters, as which the letters of symbol fonts are stored."""
    fonts = properties.find(W + "rFonts") if properties is not None else None
    if fonts is None:
        return None
    named = [fonts.get(W + which) for which in ("ascii", "hAnsi")]
    return next((font for font in named if is_symbol_font(font)), named[0] or named[1])


@define
class _Level:
    start: int
    format: str
    text: str


@define
class Numbering:
    """Automatic numbers in document order: `label` must be called once for each paragraph."""

    root: etree._Element | None
    _levels: dict[str, dict[int, _Level]] = field(factory=dict, init=False)
    _counts: dict[str, dict[int, int]] = field(factory=dict, init=False)
    _abstract: dict[str, str] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        if self.root is None:
            return
        for definition in self.root.iterchildren(W + "abstractNum"):
            levels: dict[int, _Level] = {}
            for level in definition.iterchildren(W + "lvl"):
                index = _integer(level.get(W + "ilvl"), 0)
                start = _integer(_value(level.find(W + "start")), 1)
                levels[index] = _Level(start, _value(level.find(W + "numFmt")), _value(level.find(W + "lvlText")))
            self._levels[definition.get(W + "abstractNumId", "")] = levels
        for number in self.root.iterchildren(W + "num"):
            self._abstract[number.get(W + "numId", "")] = _value(number.find(W + "abstractNumId"))
            for override in number.iterchildren(W + "lvlOverride"):
                if override.find(W + "startOverride") is not None:  # a list that begins anew counts apart
                    own = f"{number.get(W + 'numId', '')} restarted"
                    self._levels[own] = self._levels.get(self._abstract[number.get(W + "numId", "")], {})
                    self._abstract[number.get(W + "numId", "")] = own
                    break

    def label(self, paragraph: etree._Element, of_style: etree._Element | None) -> str:
        """'3.' or '（二）' as Word shows it; '' without a number, and for bullets."""
        if not self._abstract:
            return ""
        direct = paragraph.find(f"{W}pPr/{W}numPr")
        number = _value(direct.find(W + "numId")) if direct is not None else ""
        if not number and of_style is not None:
            number = _value(of_style.find(W + "numId"))
        index = _integer(_value(direct.find(W + "ilvl")) if direct is not None else "", 0)
        abstract = self._abstract.get(number, "")
        levels = self._levels.get(abstract, {})
        if index not in levels:
            return ""
        counts = self._counts.setdefault(abstract, {})
        counts[index] = counts.get(index, levels[index].start - 1) + 1
        for deeper in [level for level in counts if level > index]:
            del counts[deeper]
        level = levels[index]
        if level.format in ("bullet", "none", ""):
            return ""
        text = level.text
        for other, definition in levels.items():
            count = counts.get(other, definition.start)
            text = text.replace(f"%{other + 1}", _written(count, definition.format))
        return text


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and len(text) < 7 and text.isascii() and text.isdigit() else default


def _written(number: int, form: str) -> str:
    if form in _CHINESE_FORMATS:
        return _chinese(number)
    if form in ("lowerLetter", "upperLetter") and 0 < number <= 26:
        return chr((97 if form == "lowerLetter" else 65) + number - 1)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 0 < number <= 20:
        return _CIRCLED[number - 1]
    if form in ("lowerRoman", "upperRoman") and 0 < number < 40:
        roman = "X" * (number // 10) + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[number % 10]
        return roman.lower() if form == "lowerRoman" else roman
    return str(number)


def _chinese(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else _CHINESE[tens] + "十"
    return head + (_CHINESE[ones] if ones else "")
