"""/help: filming, reading a report, correcting and sharing it, for coaches; the short form of docs/coach.md."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template

blueprint = Blueprint("help", __name__)


def init_app(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(blueprint)


@blueprint.get("/help")
def page() -> str:
    """Help for coaches."""
    return render_template("help.html")
