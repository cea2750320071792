"""Ticks and boxes of symbol fonts, by font and code, as the Unicode characters they look like.

Source: Unicode's own mapping of Wingdings (L2/12-368); codes are those of the font, in files also as U+F000 + code.
"""

from __future__ import annotations

_WINGDINGS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "❑", 0x72: "❒", 0x74: "◆", 0x75: "◆", 0x76: "❖", 0x77: "◆",
    0x9F: "•", 0xA1: "○", 0xA7: "■", 0xA8: "□", 0xD8: "➢", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0x98: "●", 0x99: "○", 0x9A: "○",
    0xA1: "■", 0xA2: "■", 0xA3: "□", 0xA4: "□", 0xAE: "◆", 0xAF: "◇",
}  # fmt: skip
_WEBDINGS = {0x61: "✓", 0x63: "□", 0x67: "■", 0x6E: "●", 0x72: "✗"}
_SYMBOL = {0xA8: "♦", 0xB7: "•", 0xD6: "√", 0xB4: "×", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xA3: "≤"}
_FONTS = {
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "webdings": _WEBDINGS,
    "marlett": {0x61: "✓", 0x62: "✓", 0x67: "■", 0x63: "□"},
    "symbol": _SYMBOL,
    "wingdings 3": {0x70: "▲", 0x71: "▼", 0x75: "▶"},
}
# Where the font is lost (a .doc converted by WPS) the private code remains; these two are Wingdings 2 in practice.
_FONTLESS = {**_SYMBOL, **_WINGDINGS, 0x52: "☑", 0xA3: "□", 0x50: "✓"}


def is_symbol_font(font: str | None) -> bool:
    return (font or "").strip().lower() in _FONTS


def symbol(font: str, code: int) -> str:
    """What this code of this font shows; the code itself, in the private area, where it is no mark known here."""
    if code < 0x20:
        return ""
    low = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    table = _FONTS.get(font.strip().lower())
    if table is None:
        return _FONTLESS.get(low, chr(code)) if code != low else chr(code)
    return table.get(low, chr(0xF000 + low) if low < 0x100 else chr(code))


def in_font(text: str, font: str | None) -> str:
    """Text of a run that is set in `font`; letters, digits and Chinese that the font does not show as marks stay."""
    table = _FONTS.get((font or "").strip().lower())
    if table is None:
        return plain(text)
    found: list[str] = []
    for char in text:
        code = ord(char)
        low = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
        found.append(table.get(low, char) if low < 0x100 else char)
    return "".join(found)


def plain(text: str) -> str:
    """Text whose font is not known: codes in the private area that can only be marks become them."""
    if not any("\uf000" <= char <= "\uf0ff" for char in text):
        return text
    return "".join(_FONTLESS.get(ord(c) - 0xF000, c) if "\uf000" <= c <= "\uf0ff" else c for c in text)
