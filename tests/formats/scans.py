"""Scans made of printed PDFs: each page as a picture, a little askew, with the noise and the softness of a scanner."""

from __future__ import annotations

import io

import numpy as np
import pypdfium2 as pdfium
from attrs import frozen
from PIL import Image, ImageFilter


@frozen
class Scanner:
    dpi: int = 200
    angle: float = 0.0
    """Degrees."""
    noise: float = 8.0
    """Standard deviation of each pixel, of 255."""
    dirt: float = 0.0002
    """Share of pixels that are black specks."""
    blur: float = 0.6
    quality: int = 75
    quarters: int = 0
    """Quarters of a turn by which the paper lay on its side, to the left."""


def scan(payload: bytes, scanner: Scanner, seed: int = 1) -> bytes:
    """The PDF with nothing but pictures of its pages."""
    rng = np.random.default_rng(seed)
    document = pdfium.PdfDocument(payload)
    pages = [_picture(page.render(scale=scanner.dpi / 72).to_pil(), scanner, rng) for page in document]
    document.close()
    held = io.BytesIO()
    pages[0].save(held, "PDF", save_all=True, append_images=pages[1:], resolution=scanner.dpi, quality=scanner.quality)
    return held.getvalue()


def _picture(page: Image.Image, scanner: Scanner, rng: np.random.Generator) -> Image.Image:
    grey = page.convert("L").rotate(scanner.angle, Image.Resampling.BICUBIC, fillcolor=255)
    pixels = np.asarray(grey.filter(ImageFilter.GaussianBlur(scanner.blur)), dtype=np.float64) * 0.92 + 8
    pixels += rng.normal(0, scanner.noise, pixels.shape)
    pixels[rng.random(pixels.shape) < scanner.dirt] = 20
    return Image.fromarray(np.rot90(pixels.clip(0, 255).astype(np.uint8), scanner.quarters))
