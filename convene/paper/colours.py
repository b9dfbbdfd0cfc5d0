"""The colours of paper and pictures, as in static/css/tokens.css by day."""

PAPER, INK, SOFT, LAMP, CORD, SHEET = "#fbf5ea", "#241f31", "#5a5366", "#f6b73c", "#d6492f", "#fffdf8"
