"""Links that are signed quickly are the ones that the library signs, and hold what it refuses or reads."""

import pytest
from flask import Flask

from convene import links


def test_whole_numbers_are_signed_as_the_library_signs_them() -> None:
    app = Flask("convene")
    app.config["SECRET_KEY"] = "a secret"
    with app.app_context():
        for numbers in ([7], [12345, 1], [12345, 3, 20600], [2**40, 0, -1]):
            token = links.signed("place", *numbers)
            assert token == links.signer("place").dumps(numbers)
            assert links.read("place", token) == numbers
            for bad in (token[:-1], token.replace(".", "..")):
                with pytest.raises(links.Forged):
                    links.read("place", bad)
            with pytest.raises(links.Forged):
                links.read("answer", token)
        several = list(range(40))  # the library would press it together; both are read
        assert links.read("involved", links.signed("involved", *several)) == several
        before = links.signed("place", 7)
        app.config["SECRET_KEY"] = "another"
        assert links.signed("place", 7) != before
