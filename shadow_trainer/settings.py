"""Every setting, declared once: type, default and a sentence. Read from the environment and `.env`.

The environment name is ``SHADOW_`` + the field's name in capitals, except where the platform already
has a name for it (``PORT``, ``REDIS_URL``, ``DATABASE_URL``). An empty value means the default.
The README's table and `.env.example` are generated from here (``python -m shadow_trainer settings``).
"""

from __future__ import annotations

import os
import re
import typing
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from urllib.parse import quote

from .errors import SetupError

ROOT = Path(__file__).resolve().parent.parent
# Names another file than `.env`; itself no setting, because it says where they are.
ENV_FILE = "SHADOW_ENV_FILE"
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
# The kinds of jobs, each with a queue of its name: coaches' videos, bulk work with drawings, the calendar with the
# self-test.
QUEUES = ("pose", "batch", "maintenance")
MIN_SECRET_CHARS = 32
PASSWORD_IN_ADDRESS = re.compile(r"(://)[^/@\s]*@")


def setting(
    default: object,
    sentence: str,
    *,
    env: str | None = None,
    secret: bool = False,
    least: float | None = None,
) -> typing.Any:
    """A dataclass field that knows its sentence, environment name and smallest allowed value."""
    return field(
        default=default, metadata={"sentence": sentence, "env": env, "secret": secret, "least": least}
    )


@dataclass(frozen=True)
class Settings:
    """All settings of one process. Build with :func:`load`; pass on, do not mutate."""

    # Where things are
    data_dir: str = setting(
        "var", "Folder for the database, storage, caches, sockets and logs; relative to the project."
    )
    database_url: str = setting(
        "", "SQLAlchemy address of the catalog; empty: SQLite in the data folder.", env="DATABASE_URL"
    )
    redis_url: str = setting(
        "", "Redis address; empty: the embedded Redis in the data folder.", env="REDIS_URL"
    )
    redis_tls_verify: bool = setting(
        True, "false: a `rediss://` Redis may show a certificate that it signed itself, as Heroku's does."
    )
    storage_url: str = setting(
        "",
        "Where videos and results are kept: `file:///folder` or `s3://bucket/prefix`; empty: `storage/` in the data folder.",
    )
    aws_access_key_id: str = setting(
        "", "Key of the bucket; empty: the machine's own role.", env="AWS_ACCESS_KEY_ID", secret=True
    )
    aws_secret_access_key: str = setting(
        "", "The secret that belongs to it.", env="AWS_SECRET_ACCESS_KEY", secret=True
    )
    aws_session_token: str = setting(
        "", "The token of a key that is good for some hours.", env="AWS_SESSION_TOKEN", secret=True
    )
    s3_encryption: str = setting(
        "auto", "At rest in the bucket: `AES256`, `aws:kms`, `aws:kms=KEY`, `none`; auto: AES256 at Amazon."
    )
    models_dir: str = setting(
        "", "Folder of the converted pose weights; empty: `models/` in the data folder."
    )
    # Web
    host: str = setting("127.0.0.1", "Address the web server binds to.")
    port: int = setting(8000, "Port the web server listens on.", env="PORT", least=1)
    secret_key: str = setting(
        "",
        "Signs sessions and forms; at least 32 characters. `make setup` writes one into `.env`.",
        secret=True,
    )
    web_workers: int = setting(2, "gunicorn processes.", least=1)
    web_threads: int = setting(12, "Threads in each gunicorn process.", least=1)
    max_upload_mb: int = setting(1024, "Largest accepted upload, in megabytes.", least=1)
    upload_min_kb_s: int = setting(
        16,
        "An upload that comes more slowly, in kilobytes a second, is given up after some seconds.",
        least=1,
    )
    upload_limit_s: int = setting(3600, "Longest time for one upload, in seconds.", least=1)
    single_user: bool = setting(
        True,
        "true: no login, and only requests from this machine are answered. false: accounts (`user add NAME --admin`).",
    )
    allowed_hosts: str = setting(
        "", "Names under which the site with accounts may be asked, comma separated; empty: any."
    )
    trusted_proxies: int = setting(
        0, "Proxies in front of the site with accounts whose X-Forwarded headers are believed.", least=0
    )
    metrics_token: str = setting(
        "",
        "A program that sends it as `Authorization: Bearer` may read /metrics and nothing else.",
        secret=True,
    )
    session_days: int = setting(14, "A login ends after so many days without a visit.", least=1)
    login_rate: str = setting(
        "10 per minute; 60 per hour", "Attempts to log in from one address, with accounts."
    )
    upload_rate: str = setting(
        "60 per minute; 600 per hour", "Videos that one coach may send, with accounts."
    )
    # Jobs
    use_rq: bool | str = setting(
        True,
        "true: jobs run on the RQ queue in Redis. false: legacy thread pool inside the web process. Some of `pose,batch,maintenance`: these on the queue, the others in the pool.",
    )
    legacy_threads: int = setting(1, "Analyses at once in legacy mode.", least=1)
    upload_slots: int = setting(
        16, "Uploads that are read at once on one machine; more are answered with 429.", least=1
    )
    queue_limit: int = setting(500, "Waiting analyses above which an upload is answered with 503.", least=1)
    coach_queue_percent: int = setting(
        40, "Part of these that may be one coach's, in percent, with accounts.", least=1
    )
    job_timeout_s: int = setting(
        3600, "An analysis that runs longer is stopped and counted as failed.", least=1
    )
    retry_attempts: int = setting(3, "Attempts after the first one, for transient faults.", least=0)
    retry_intervals_s: str = setting(
        "5,30,120", "Waiting time before each further attempt, in seconds, comma separated."
    )
    retry_policies: str = setting(
        "worker_lost=6@0; out_of_memory=3@1,5; storage_full=6@30,60,300; newer_release=6@20,60,120",
        "Exceptions by error code: `code=attempts@seconds,seconds`, `/back` to go behind those that wait; `;` between.",
    )
    coach_limit: int = setting(
        3,
        "Analyses of one coach that may run at once, so that fifty videos do not starve one; 0: any.",
        least=0,
    )
    result_ttl_s: int = setting(
        86400, "How long Redis remembers a finished job; the catalog remembers for ever.", least=60
    )
    # Workers
    device: str = setting("auto", "`auto`, `cpu` or `cuda`.")
    batch_size: int = setting(0, "Frames per network call; 0: 4 on CPU, 32 on CUDA.", least=0)
    shutdown_grace_s: float = setting(
        20.0, "After SIGTERM a worker finishes within this time or hands the job back.", least=0
    )
    worker_max_jobs: int = setting(
        100, "The worker's child is replaced after this many jobs; 0: never.", least=0
    )
    worker_max_memory_mb: int = setting(
        6144, "The worker's child is replaced when it is larger than this after a job; 0: never.", least=0
    )
    worker_nice: int = setting(
        5,
        "How much the computing of a worker gives way to the web server on the same machine, 0 to 19 as in `nice`.",
        least=0,
    )
    worker_silence_s: float = setting(
        10.0, "A video whose worker said nothing for so long goes to another one.", least=2
    )
    worker_ready_timeout_s: float = setting(
        120.0, "How long a worker's child may take to load the model.", least=1
    )
    clock_tick_s: float = setting(2.0, "How often the clock repairs and schedules.", least=0.1)
    # Watching over it
    stall_s: float = setting(
        900.0, "A video that waits longer while none is started raises the alert `stall`.", least=1
    )
    alert_webhook_url: str = setting(
        "", "Alerts are posted there as JSON, once when they fire and once when they resolve.", secret=True
    )
    alert_mail_to: str = setting("", "Alerts are mailed there, too; several addresses with commas.")
    alert_mail_from: str = setting("shadow-trainer@localhost", "Sender of these mails.")
    smtp_url: str = setting(
        "", "Mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://`.", secret=True
    )
    backup_keep: int = setting(7, "Nightly backups that are kept; 0: none are made.", least=0)
    keep_originals_days: int = setting(
        0, "Original videos are deleted this many days after their analysis ended; 0: never.", least=0
    )
    keep_results_days: int = setting(
        0, "Analyses are deleted whole this many days after they ended; 0: never.", least=0
    )
    trash_days: int = setting(
        30, "A deleted analysis can be had back for this many days, then its files go.", least=0
    )
    # Videos
    model_size: str = setting("m", "Pose model when none is chosen: `xs`, `s`, `m` or `l`.")
    max_video_s: float = setting(1200.0, "Longest accepted video, in seconds.", least=1)
    max_video_pixels: int = setting(4096 * 2304, "Most pixels per frame (8K is refused).", least=1)
    max_video_frames: int = setting(300_000, "Most frames in one video.", least=1)
    preview_max_side: int = setting(1280, "Longer side of the browser copy of a video, in pixels.", least=64)
    min_free_disk_mb: int = setting(
        512, "Uploads and analyses are refused below this much free disk space.", least=0
    )
    # Logs
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR.")
    log_format: str = setting("text", "`text` for people, `json` for machines.")

    @property
    def data_path(self) -> Path:
        """The data folder as an absolute path."""
        return (ROOT / self.data_dir).resolve()

    @property
    def models_path(self) -> Path:
        """The folder of the converted pose weights, absolute."""
        return (ROOT / self.models_dir).resolve() if self.models_dir else self.data_path / "models"

    def in_rq(self, queue: str) -> bool:
        """Whether the jobs of this queue are RQ's; the others run in the web process."""
        return queue in self.use_rq.split(",") if isinstance(self.use_rq, str) else self.use_rq

    @property
    def database_address(self) -> str:
        """SQLAlchemy address, with Heroku's ``postgres://`` rewritten for psycopg 3."""
        # In an address a question mark begins the options; :func:`.catalog.database.sqlite_file` reads it back.
        url = self.database_url or f"sqlite:///{self.data_path / 'shadow.db'}".replace("?", "%3F")
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url[len(prefix) :]
        return url

    @property
    def storage_address(self) -> str:
        """``file://`` or ``s3://`` address of the storage."""
        return self.storage_url or f"file://{quote(str(self.data_path / 'storage'))}"

    @property
    def retry_intervals(self) -> list[int]:
        """Seconds before each further attempt; the last one repeats when there are more attempts."""
        values = [int(part) for part in self.retry_intervals_s.split(",") if part.strip()] or [5]
        return [values[min(i, len(values) - 1)] for i in range(self.retry_attempts)]


def shown_value(value: object) -> str:
    """A value as one would write it into `.env`."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def in_force(settings: Settings) -> list[tuple[str, str]]:
    """Every setting's environment name and value; no secret, and no password inside an address."""
    rows = []
    for row in declared():
        value = getattr(settings, row.name)
        shown = ("(set)" if value else "(not set)") if row.secret else shown_value(value)
        rows.append((row.env, PASSWORD_IN_ADDRESS.sub(r"\1(hidden)@", shown)))
    return rows


@dataclass(frozen=True)
class Declared:
    """One row of the settings table."""

    name: str
    env: str
    kind: type
    default: object
    sentence: str
    secret: bool
    least: float | None


@cache
def declared() -> tuple[Declared, ...]:
    """Every setting in order of declaration."""
    kinds = typing.get_type_hints(Settings)
    return tuple(
        Declared(
            f.name,
            f.metadata["env"] or f"SHADOW_{f.name.upper()}",
            kinds[f.name],
            f.default,
            f.metadata["sentence"],
            f.metadata["secret"],
            f.metadata["least"],
        )
        for f in fields(Settings)
    )


CHOICES = {
    "device": ("auto", "cpu", "cuda"),
    "model_size": ("xs", "s", "m", "l"),
    "log_format": ("text", "json"),
    "log_level": ("DEBUG", "INFO", "WARNING", "ERROR"),
}


def _parse(row: Declared, text: str) -> object:
    """Text from the environment as the declared type; a SetupError names the variable."""
    try:
        if row.name == "use_rq" and text.lower() not in TRUE | FALSE:
            return _kinds(text)
        if row.kind is bool or row.name == "use_rq":
            if text.lower() not in TRUE | FALSE:
                raise ValueError("expected true or false")
            return text.lower() in TRUE
        value = row.kind(text)
        if row.least is not None and value < row.least:
            raise ValueError(f"expected at least {row.least:g}")
        if row.name in CHOICES and value not in CHOICES[row.name]:
            raise ValueError(f"expected one of {', '.join(CHOICES[row.name])}")
    except ValueError as error:
        shown = "(secret)" if row.secret else repr(text)
        raise SetupError(
            f"The setting {row.env}={shown} is not valid: {error}.",
            code="bad_setting",
            fix=f"{row.env}: {row.sentence}",
        ) from error
    return value


def _kinds(text: str) -> str | bool:
    """Kinds of jobs with commas, in the usual order; True for all of them."""
    chosen = {part.strip().lower() for part in text.split(",") if part.strip()}
    if not chosen or chosen - set(QUEUES):
        raise ValueError(f"expected true, false, or some of {','.join(QUEUES)}")
    return True if len(chosen) == len(QUEUES) else ",".join(name for name in QUEUES if name in chosen)


def read_dotenv(path: Path) -> dict[str, str]:
    """The pairs of a `.env` file; an absent file is empty, one that this user may not read a SetupError."""
    import io

    from dotenv import dotenv_values

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        why = (isinstance(error, OSError) and error.strerror) or "it is no text in UTF-8"
        raise SetupError(
            f"The settings in {path} cannot be read ({why}).",
            code="unreadable_settings",
            fix=f"Run this as the file's owner, or name another file: {ENV_FILE}=/etc/shadow-trainer.env.",
        ) from error
    return {k: v for k, v in dotenv_values(stream=io.StringIO(text)).items() if v is not None}


def settings_file(environ: typing.Mapping[str, str]) -> Path:
    """The file with settings: what SHADOW_ENV_FILE names, else the project's `.env`, which need not be there."""
    named = environ.get(ENV_FILE, "").strip()
    if named and not os.path.lexists(ROOT / named):
        raise SetupError(
            f"{ENV_FILE}={named} names a file that is not there.",
            code="unreadable_settings",
            fix=f"Correct the path, or unset {ENV_FILE} to read the project's .env.",
        )
    return ROOT / (named or ".env")


def load(
    environ: typing.Mapping[str, str] | None = None, *, dotenv: Path | None = None, **overrides: object
) -> Settings:
    """Settings from defaults, then `.env`, then the environment, then ``overrides`` (typed values).

    ``environ`` None reads the process's environment and its :func:`settings_file`; a mapping reads only
    that mapping (tests), plus ``dotenv`` when given.
    """
    if environ is None:
        environ, dotenv = os.environ, dotenv or settings_file(os.environ)
    values = {**(read_dotenv(dotenv) if dotenv else {}), **environ}
    from_outside: dict[str, typing.Any] = {
        row.name: _parse(row, values[row.env].strip())
        for row in declared()
        if values.get(row.env, "").strip()
    }
    return Settings(**{**from_outside, **overrides})
