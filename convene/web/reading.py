"""How a posted body becomes a form: letters that are not UTF-8 arrive as U+FFFD, which every text field refuses."""

from typing import IO
from urllib.parse import parse_qsl

from flask import Flask
from flask import Request as FlaskRequest
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser

# The pages that take a file of a host's own, or a note that is to be shown again whole where it is refused, and how
# many bytes; every other body stays small.
LARGE = {
    "organise_importing.look": 5_300_000,
    "organise_importing.bring_in": 7_500_000,
    "inside_notes.save": 4_000_000,
}
Parsed = tuple[IO[bytes], MultiDict, MultiDict]


class BodyReader(FormDataParser):
    """Reads a plain form as a multipart one is read; the library would keep broken letters as "%FF", as if typed."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Parsed:
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, content_length, options)
        text = stream.read().decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
        return stream, self.cls(pairs), self.cls()


class Request(FlaskRequest):
    form_data_parser_class = BodyReader

    @property
    def max_content_length(self) -> int | None:
        """Known before anything of the body is read: a larger one is refused by its announced length."""
        return LARGE.get(self.endpoint or "") or super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        FlaskRequest.max_content_length.fset(self, value)  # type: ignore[attr-defined] # a property

    @property
    def max_form_memory_size(self) -> int | None:
        return LARGE.get(self.endpoint or "") or super().max_form_memory_size

    @max_form_memory_size.setter
    def max_form_memory_size(self, value: int | None) -> None:
        FlaskRequest.max_form_memory_size.fset(self, value)  # type: ignore[attr-defined] # a property


def init_app(app: Flask) -> None:
    app.request_class = Request
