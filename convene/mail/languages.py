"""The languages that letters can be written in: code and own name, the house's own first."""

LANGUAGES = {"en-GB": "English"}
