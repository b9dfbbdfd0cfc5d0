"""A QR code as a picture that a phone reads from a screen or a sheet of paper (ISO/IEC 18004, by segno)."""

import io

import segno


def svg(text: str, *, dark: str = "#241f31", light: str = "#fffdf8") -> str:
    """An SVG element of its own size, with the quiet zone of four modules that readers ask for."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=4, border=4, dark=dark, light=light, xmldecl=False, svgns=True, nl=False
    )
    return out.getvalue().decode()


def data_uri(text: str) -> str:
    """The same as an address that stands in an <img>."""
    return str(
        segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#241f31", light="#fff")
    )
