"""Every route, and who may do what there. A new route belongs into this table: a test fails until it is.

Kinds:
``public``: whoever asks. ``known``: whoever is logged in. ``list``: the same, and shows one's own alone.
``own``: belongs to a coach; for everybody but them and the admins it does not exist.
``others``: not even for an admin.
``admin``: admins alone. ``shared``: whoever has the link.
Addresses and forms are filled from the things of ana: ``{id}`` her analysis, ``{athlete}``, ``{link}``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Route:
    """One route: its endpoint, method, an address of ana's, and a body that would be accepted."""

    endpoint: str
    method: str
    path: str
    kind: str
    form: dict[str, Any] = field(default_factory=dict)
    json: Any = None
    # For the owner, too, there is nothing at this address in the coaches of the tests.
    absent: bool = False


def _videos(endpoint: str, method: str, tail: str, **more: Any) -> Route:
    return Route(endpoint, method, f"/videos/{{id}}{tail}", "own", **more)


ROUTES = (
    # Nobody's
    Route("assets.serve", "GET", "/assets/x/css/base.css", "public"),
    Route("assets.favicon", "GET", "/favicon.ico", "public"),
    Route("health.health", "GET", "/health", "public"),
    Route("health.ready", "GET", "/ready", "public"),
    Route("login.form", "GET", "/login", "public"),
    Route("login.enter", "POST", "/login", "public", {"name": "x", "password": "y"}),
    Route("login.leave", "POST", "/logout", "known"),
    # Pages
    Route("home.page", "GET", "/", "list"),
    Route("help.page", "GET", "/help", "known"),
    Route("history.page", "GET", "/analyses", "list"),
    Route("home.upload", "POST", "/", "known"),
    Route("analysis.page", "GET", "/analyses/{id}", "own"),
    Route("files.file", "GET", "/analyses/{id}/files/overlay.mp4", "own"),
    Route("home.sample", "POST", "/samples", "known"),
    Route("home.example_report", "POST", "/example", "known", absent=True),  # none is made here
    Route("actions.cancel", "POST", "/analyses/{id}/cancel", "own"),
    Route("actions.retry", "POST", "/analyses/{id}/retry", "own"),
    Route("actions.person", "POST", "/analyses/{id}/person", "own", {"person": "0"}),
    Route("actions.assume", "POST", "/analyses/{id}/assumptions", "own"),
    Route("actions.rename", "POST", "/analyses/{id}/rename", "own", {"title": "Mine now"}),
    Route("actions.delete", "POST", "/analyses/{id}/delete", "own"),
    Route("annotations.edit", "GET", "/analyses/{id}/edit", "own"),
    Route("annotations.save", "POST", "/analyses/{id}/edit", "own", {"notes": "Mine now"}),
    Route("history.trash", "GET", "/trash", "list"),
    *(
        Route(
            "bulk_actions.selected",
            "POST",
            "/analyses/selected",
            "own",
            {"action": action, "id": "{id}"},
            absent=action == "restore",
        )
        for action in ("delete", "restore", "purge", "rerun", "download")
    ),
    Route("actions.events", "POST", "/analyses/{id}/events", "own", {"delivery": "0", "undo": "1"}),
    Route("pitches.say", "POST", "/analyses/{id}/verdicts", "own", {"at_s": "x"}),
    # Athletes
    Route("athletes.index", "GET", "/athletes", "list"),
    Route("athletes.create", "POST", "/athletes", "known", {"name": "New"}),
    Route("athletes.athlete", "GET", "/athletes/{athlete}", "own"),
    Route("athletes.edit", "GET", "/athletes/{athlete}/edit", "own"),
    Route("athletes.save", "POST", "/athletes/{athlete}/edit", "own", {"name": "Mine now"}),
    Route("athletes.merge", "POST", "/athletes/{athlete}/merge", "own", {"into": "{twin}"}),
    Route("athletes.delete", "POST", "/athletes/{athlete}/delete", "own"),
    # References and comparisons
    Route("references.listed", "GET", "/pro-keypoints/list", "list"),
    Route("references.listed_as_files", "GET", "/pro_keypoints/list", "list"),
    Route("references.index", "GET", "/references", "list"),
    Route("references.reference", "GET", "/references/{reference}", "own"),
    Route("references.import_", "POST", "/references", "known"),
    Route("references.from_analysis", "POST", "/analyses/{id}/reference", "own", {"name": "Ace"}),
    Route("references.edit", "POST", "/references/{reference}/edit", "own", {"name": "Mine now"}),
    Route("references.delete", "POST", "/references/{reference}/delete", "own"),
    Route("compare.index", "GET", "/compare", "list"),
    Route("compare.index", "GET", "/compare?a={id}.0&b={id}.0", "own"),
    # Share links
    Route("share_links.page", "GET", "/analyses/{id}/shares", "own"),
    Route("share_links.create", "POST", "/analyses/{id}/shares", "own", {"days": "7"}),
    Route("share_links.revoke", "POST", "/analyses/{id}/shares/{share}/revoke", "own"),
    Route("shared_report.report", "GET", "/s/{link}", "shared"),
    Route("shared_report.media", "GET", "/s/{link}/media/overlay.mp4", "shared"),
    # One's account
    Route("account.page", "GET", "/account", "list"),
    Route("account.name", "POST", "/account/name", "known", {"display_name": "A"}),
    Route("account.password", "POST", "/account/password", "known", {"present": "x"}),
    Route("account.sessions", "POST", "/account/sessions", "known"),
    Route("account.end_one_session", "POST", "/account/sessions/{session}/end", "others"),
    Route("account.create_token", "POST", "/account/tokens", "known", {"name": "t", "days": ""}),
    Route("account.revoke_token", "POST", "/account/tokens/{token}/revoke", "others"),
    # The HTTP API
    Route("api.upload", "POST", "/videos/upload", "known"),
    Route("api.sample_lefty", "POST", "/videos/sample-lefty", "known"),
    Route("direct_upload.presign", "POST", "/videos/uploads/presign", "known"),
    Route("direct_upload.complete", "POST", "/videos/uploads/complete", "known"),
    Route("evaluation.get_3d_keypoints", "POST", "/videos/get_3d_keypoints", "known"),
    _videos("evaluation.generate_evaluation", "POST", "/generate-evaluation"),
    Route("openapi.document", "GET", "/openapi.json", "known"),
    _videos("api.status", "GET", "/status"),
    _videos("api.info", "GET", "/info"),
    _videos("api.download", "GET", "/download"),
    _videos("api.preview_original", "GET", "/preview/original"),
    _videos("api.preview_processed", "GET", "/preview/processed"),
    _videos("api.terminate", "POST", "/terminate"),
    _videos("api.retry", "POST", "/retry"),
    _videos("api.delete", "DELETE", ""),
    _videos("api.delete", "DELETE", "?purge=1"),
    _videos("results.keypoints_user", "GET", "/keypoints/user"),
    _videos("results.keypoints_pro", "GET", "/keypoints/pro", absent=True),
    _videos("results.export", "GET", "/exports/json"),
    _videos("results.pitch", "GET", "/pitches/0"),
    _videos("results.charts_data", "GET", "/charts"),
    _videos("results.plot", "GET", "/plots/knees"),
    _videos("api.preview", "GET", "/preview"),
    _videos("results.charts_data", "GET", "/charts"),
    _videos("results.pitch", "GET", "/pitches/0"),
    _videos("results.assume", "POST", "/assumptions", json={"throws": "sideways"}),
    _videos("pitches.add", "POST", "/deliveries", json={"at_s": 9999.0, "verdict": "no_pitch"}),
    _videos("pitches.drop", "DELETE", "/deliveries/7", absent=True),
    _videos("joints.show", "GET", "/joints"),
    _videos("joints.add", "POST", "/joints", json={"steps": []}),
    _videos("joints.drop", "DELETE", "/joints", json={"revision": "another"}),
    _videos("joints.undo", "POST", "/joints/undo", json={"revision": "another"}),
    _videos("joints.redo", "POST", "/joints/redo", json={"revision": "another"}),
    _videos("results.move_events", "POST", "/events", json={"events": {}}),
    # Admins
    Route("prometheus.metrics", "GET", "/metrics", "admin"),
    Route("admin.page", "GET", "/admin", "admin"),
    Route("admin.requeue", "POST", "/admin/dead/{id}/requeue", "admin", absent=True),
    Route("admin.delete", "POST", "/admin/dead/{id}/delete", "admin", absent=True),
    Route("admin.requeue_all", "POST", "/admin/dead/requeue", "admin"),
    Route("admin.delete_all", "POST", "/admin/dead/delete", "admin"),
    Route("admin.users", "GET", "/admin/users", "admin"),
    Route("admin.add_user", "POST", "/admin/users", "admin", {"name": "new", "role": "coach"}),
    Route("admin.reset_password", "POST", "/admin/users/{bob}/password", "admin"),
    Route("admin.change_role", "POST", "/admin/users/{bob}/role", "admin", {"role": "admin"}),
    Route("admin.change_active", "POST", "/admin/users/{bob}/active", "admin", {"active": "no"}),
    Route("rq_dashboard_absent.page", "GET", "/rq", "admin", absent=True),
    Route("rq_dashboard_absent.page", "GET", "/rq/", "admin", absent=True),
)
