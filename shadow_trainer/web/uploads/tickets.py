"""A video that a browser has put into the bucket itself: the signed ticket for it, and its take-over.

The web process keeps nothing between the two: the ticket says which place was given to whom, for which upload.
What is never claimed is swept from ``incoming/`` by the clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ... import first_bytes
from ...catalog.analyses import new_id
from ...errors import BadRequest, BadVideo, Conflict, NotFound
from ...storage import INCOMING, Storage, UploadTicket
from ..accounts.viewer import viewer
from ..http.services import current
from .receive import display_name, extension_of

# The video itself may be under way for long after the ticket was last good for beginning.
GOOD_FOR_S = 12 * 3600
AGAIN = "Choose the video again."


@dataclass(frozen=True)
class TicketedUpload:
    """A video in ``incoming/``, as an upload: see :class:`.receive.Received`."""

    analysis_id: str
    size_bytes: int
    name: str
    extension: str

    @property
    def incoming_key(self) -> str:
        """Where the browser puts it."""
        return f"{INCOMING}/{self.analysis_id}/film{self.extension}"

    def store(self, storage: Storage, key: str) -> None:
        """Move it to its place: from now on the ticket can no longer change it."""
        storage.rename(self.incoming_key, key)

    def take_back(self, storage: Storage, key: str) -> None:
        """Back to where it came from: the browser may ask again."""
        if storage.exists(key):
            storage.rename(key, self.incoming_key)

    def discard(self) -> None:
        """Nothing of it is on this disk."""


def issue(filename: str, size_bytes: int) -> tuple[UploadTicket, str] | None:
    """A ticket for one video of exactly this size at most, and the signed word to claim it by.

    None where the storage takes no videos from browsers.
    """
    upload = TicketedUpload(new_id(), size_bytes, display_name(filename), extension_of(filename))
    ticket = current().storage.ticket(upload.incoming_key, size_bytes)
    if ticket is None:
        return None
    values = [upload.analysis_id, upload.size_bytes, upload.name, upload.extension, viewer().user_id]
    return ticket, _signer().dumps(values)


def read(word: str) -> TicketedUpload:
    """The video that a ticket was for; BadRequest for a word that is not ours, too old or somebody else's."""
    try:
        *values, owner = _signer().loads(word, max_age=GOOD_FOR_S)
    except BadSignature as error:
        raise BadRequest(
            "The upload is too old or was not begun here.", code="bad_claim", fix=AGAIN
        ) from error
    if owner != viewer().user_id:
        raise BadRequest("The upload was begun by somebody else.", code="bad_claim", fix=AGAIN)
    return TicketedUpload(*values)


def arrived(upload: TicketedUpload) -> TicketedUpload:
    """The video itself, once it is there; Conflict when it has not arrived, or not whole, BadVideo when it is none."""
    storage = current().storage
    try:
        size_bytes = storage.size(upload.incoming_key)
    except NotFound as error:
        raise Conflict("The video has not arrived in the storage.", code="not_arrived", fix=AGAIN) from error
    if size_bytes != upload.size_bytes:
        storage.delete(upload.incoming_key)
        raise Conflict("The video did not arrive whole.", code="not_whole", fix=AGAIN)
    with storage.open(upload.incoming_key) as file:
        head = file.read(first_bytes.HEAD_BYTES)
    try:
        first_bytes.check(head)
    except BadVideo:
        storage.delete(upload.incoming_key)
        raise
    return upload


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="film-in-the-bucket")
