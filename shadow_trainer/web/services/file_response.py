"""Files of an analysis as answers: with byte ranges, and never as something a browser runs."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import redirect, request, send_file
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response

from ...catalog import Analysis
from ..http.filenames import slug
from ..http.security_headers import MEDIA_POLICY, policy_text
from ..http.services import current

# What may be shown in the page; everything else is handed out as a download.
INLINE = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".json": "application/json"}
DOWNLOAD = {
    ".npz": "application/octet-stream",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
# The coach's own file: the type is a guess from its name, so it can only ever be a video.
VIDEO_TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}


def send_result(row: Analysis, name: str, *, download: bool = False) -> Response:
    """A file that the worker made."""
    suffix = PurePosixPath(name).suffix
    mimetype = INLINE.get(suffix)
    attach = download or mimetype is None
    shown_as = f"{slug(row.title)}-{name.replace('/', '-')}"
    key = f"analyses/{row.id}/{name}"
    return _send(key, mimetype or DOWNLOAD.get(suffix, "application/octet-stream"), attach, shown_as)


def send_original(row: Analysis, *, download: bool = True) -> Response:
    """The video as it was uploaded."""
    suffix = PurePosixPath(row.original_key).suffix
    mimetype = VIDEO_TYPES.get(suffix, "application/octet-stream")
    attach = download or mimetype == "application/octet-stream"
    return _send(row.original_key, mimetype, attach, row.original_name)


def _send(key: str, mimetype: str, attach: bool, name: str) -> Response:
    """From the disk with byte ranges; from elsewhere by sending the browser there."""
    storage = current().storage
    response: Response
    if (path := storage.path(key)) is not None:
        response = send_file(
            path, mimetype=mimetype, as_attachment=attach, download_name=name, conditional=True, max_age=0
        )
    elif request.method == "HEAD":
        # An address of the storage is signed for GET alone.
        response = Response(mimetype=mimetype, headers={"Content-Length": str(storage.size(key))})
    elif mimetype == INLINE[".json"] and not attach:
        # Small, and read by scripts: no other origin's permission is needed this way.
        with storage.open(key) as source:
            response = Response(source.read(), mimetype=mimetype)
        response.add_etag()
        response.make_conditional(request)
    else:
        shown = dump_options_header("attachment" if attach else "inline", {"filename": name})
        return redirect(storage.url(key, content_type=mimetype, disposition=shown) or "", code=302)
    response.headers["Content-Security-Policy"] = policy_text(MEDIA_POLICY)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
