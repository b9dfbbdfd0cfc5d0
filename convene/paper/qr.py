"""A QR code as a picture that a phone reads from a screen or a sheet of paper (ISO/IEC 18004, by segno)."""

import segno


def data_uri(text: str) -> str:
    """An address that stands in an <img>, with the quiet zone of four modules that readers ask for."""
    return str(
        segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#241f31", light="#fff")
    )
