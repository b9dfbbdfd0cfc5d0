"""How a posted body becomes a form: letters that are not UTF-8 arrive as U+FFFD, which every text field refuses."""

from typing import IO
from urllib.parse import parse_qsl

from flask import Flask
from flask import Request as FlaskRequest
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser

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


def init_app(app: Flask) -> None:
    app.request_class = Request
