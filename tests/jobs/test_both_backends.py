"""The manager's promises, kept by both back ends: RQ with a real worker process, and legacy threads."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import time

import pytest

from shadow_trainer.errors import Conflict, NotFound
from shadow_trainer.settings import ROOT
from shadow_trainer.vocabulary import State
from tests.jobs.rig import Rig


def test_a_film_goes_through_and_is_published_once(rig: Rig) -> None:
    film = rig.send(do="work")
    status = rig.until_state(film, "completed")
    assert (status.progress, status.error, status.stage, status.attempts) == (100.0, None, "", 1)
    assert rig.ran(film) == ["probe", "pose", "render"]
    row = rig.catalog.analyses.get(film)
    assert row.files == ["analysis.json", "people/0.jpg", "preview.mp4", "stages.zip"]
    assert rig.files(film) == sorted([*row.files, "original.mp4"])
    assert row.result["throws"] == "left" and row.result["deliveries"] == 1
    assert row.result["metrics"][0]["name"] == "stride_length"
    assert [w["code"] for w in row.warnings] == ["odd"]
    [delivery] = rig.catalog.analyses.deliveries(film)
    assert delivery.summary["events"] == {"release": 2.0}
    rig.until(lambda: film not in rig.work_left(), "the work folder to go")


def test_submitting_twice_runs_once(rig: Rig) -> None:
    film = rig.send(do="work", seconds=0.3)
    rig.jobs.submit(film)
    rig.until_state(film, "completed")
    rig.jobs.submit(film)
    # Whatever waits was sent before this one, and would have run before it.
    rig.until_state(rig.send(do="work"), "completed")
    assert rig.ran(film).count("pose") == 1
    assert rig.outcomes(film) == ["completed"]


def test_progress_is_measured_and_never_goes_back(rig: Rig) -> None:
    film = rig.send(do="work", seconds=2.0)
    seen = []
    while not seen or not seen[-1].finished:
        seen.append(rig.jobs.status(film))
        time.sleep(0.05)
    working = [s for s in seen if s.state == "processing"]
    assert {"pose"} <= {s.stage for s in working}
    assert any(10 < s.progress < 70 for s in working)
    values = [s.progress for s in seen]
    assert values == sorted(values)
    assert all(s.message for s in seen)


def test_a_bad_film_fails_once_with_words_for_the_coach(rig: Rig) -> None:
    film = rig.send(do="bad")
    status = rig.until_state(film, "failed")
    assert status.error["code"] == "not_a_video"
    assert status.message == "This is not a video."
    assert status.attempts == 1 and rig.outcomes(film) == ["failed"]
    assert {"original.mp4", "preview.mp4"} <= set(rig.files(film))
    assert film in {letter.job_id for letter in rig.jobs.cannot_succeed()}
    assert film not in {letter.job_id for letter in rig.jobs.dead_letters()}


def test_a_passing_fault_is_tried_again_and_resumes(rig: Rig) -> None:
    film = rig.send(do="flaky", times=1)
    status = rig.until_state(film, "retrying", "completed")
    if status.state == "retrying":
        assert status.error["code"] == "unavailable"
    rig.until_state(film, "completed")
    assert rig.ran(film) == ["probe", "pose", "pose", "render"]
    assert rig.outcomes(film) == ["retrying", "completed"]
    assert rig.jobs.status(film).error is None


def test_attempts_run_out_and_a_person_can_restore_them(rig: Rig) -> None:
    film = rig.send(do="flaky", times=4)
    status = rig.until_state(film, "failed")
    assert status.attempts == 3 and rig.outcomes(film) == ["retrying", "retrying", "failed"]
    letters = {letter.job_id: letter for letter in rig.jobs.dead_letters()}
    assert not letters[film].permanent and letters[film].error["code"] == "unavailable"
    assert rig.jobs.retry(film).state in ("queued", "processing", "retrying")
    rig.until_state(film, "completed")
    assert film not in {letter.job_id for letter in rig.jobs.dead_letters()}
    assert rig.jobs.status(film).attempts == 2


def test_running_out_of_memory_lowers_the_batch(rig: Rig) -> None:
    film = rig.send(do="memory", times=1)
    rig.until_state(film, "completed")
    document = json.loads(rig.storage.open(f"analyses/{film}/analysis.json").read())
    assert document["batch"] == 4


def test_a_missing_original_is_said_so(rig: Rig) -> None:
    film = rig.add(do="work")
    rig.storage.delete(f"analyses/{film}/original.mp4")
    rig.jobs.submit(film)
    assert rig.until_state(film, "failed").error["code"] == "original_missing"


def test_a_running_job_is_canceled_while_it_runs(rig: Rig) -> None:
    film = rig.send(do="work", seconds=20)
    rig.until_runs(film)
    assert rig.jobs.cancel(film).state == "canceled"
    assert rig.ran(film)[-1] == "pose", "nobody waited for its end"
    rig.until(lambda: film not in rig.work_left(), "the work folder to go")
    assert rig.files(film) == ["original.mp4", "preview.mp4"]
    assert rig.outcomes(film) == ["canceled"]
    assert rig.jobs.cancel(film).state == "canceled"
    assert film not in {letter.job_id for letter in rig.jobs.dead_letters()}
    # The next film is not held up.
    rig.until_state(rig.send(do="work"), "completed")
    assert rig.jobs.status(film).state == "canceled"


def test_a_waiting_job_is_canceled_and_can_be_run_again(rig: Rig) -> None:
    before = rig.send(do="hold")
    film = rig.send(do="work")
    assert rig.jobs.status(film).queue_position is not None
    assert rig.jobs.cancel(film).state == "canceled"
    rig.let_go(before)
    rig.until_state(before, "completed")
    rig.until_state(rig.send(do="work"), "completed")  # sent after it: it would have run before
    assert rig.ran(film) == []
    rig.jobs.retry(film)
    rig.until_state(film, "completed")


def test_a_retrying_job_is_canceled(rig: Rig) -> None:
    film = rig.send(do="full")
    rig.until_state(film, "retrying")
    assert rig.jobs.cancel(film).state == "canceled"
    # The worker goes on; should the queue still have the next attempt on a list, it will find nothing to do.
    rig.until_state(rig.send(do="work"), "completed")
    assert rig.jobs.status(film).state == "canceled" and rig.outcomes(film) == ["retrying"]
    assert rig.catalog.attempts.claim(film, "later").refused == "done"


def test_a_second_run_that_is_stopped_leaves_the_result_of_the_first(rig: Rig) -> None:
    film = rig.send(do="work")
    rig.until_state(film, "completed")
    before = {name: rig.storage.open(f"analyses/{film}/{name}").read() for name in rig.files(film)}
    rig.storage.put(f"analyses/{film}/original.mp4", io.BytesIO(b'{"do": "hold"}'))
    rig.jobs.retry(film)
    rig.until_runs(film, times=2)
    assert rig.jobs.cancel(film).state == "completed"
    rig.until(lambda: film not in rig.work_left(), "the work folder to go")
    rig.until_state(rig.send(do="work"), "completed")  # whoever worked at it is done with it
    assert rig.jobs.status(film).state == "completed" and rig.outcomes(film) == ["completed", "canceled"]
    after = {name: rig.storage.open(f"analyses/{film}/{name}").read() for name in rig.files(film)}
    assert {**after, "original.mp4": b""} == {**before, "original.mp4": b""}


def test_cancel_spares_what_is_finished(rig: Rig) -> None:
    film = rig.send(do="work")
    rig.until_state(film, "completed")
    assert rig.jobs.cancel(film).state == "completed"
    assert "analysis.json" in rig.files(film)


def test_a_running_job_can_not_be_run_again(rig: Rig) -> None:
    film = rig.send(do="hold")
    rig.until_runs(film)
    with pytest.raises(Conflict):
        rig.jobs.retry(film)
    rig.let_go(film)
    rig.until_state(film, "completed")


@pytest.mark.parametrize("when", ["running", "completed"])
def test_a_deleted_analysis_is_stopped_and_can_be_had_back(rig: Rig, when: str) -> None:
    film = rig.send(do="hold" if when == "running" else "work")
    if when == "running":
        rig.until_runs(film)
    else:
        rig.until_state(film, "completed")
    for _ in range(2):
        rig.jobs.delete(film)
    row = rig.catalog.analyses.get(film)
    assert row.deleted_at is not None
    assert row.state == ("canceled" if when == "running" else "completed")
    assert rig.storage.exists(row.original_key)
    rig.jobs.restore(film)
    assert rig.catalog.analyses.get(film).deleted_at is None
    rig.until_state(rig.send(do="work"), "completed")


@pytest.mark.parametrize("when", ["waiting", "running", "completed", "failed", "in the trash"])
def test_purging_frees_everything(rig: Rig, when: str) -> None:
    blocker = rig.send(do="work", seconds=1.5) if when == "waiting" else None
    film = rig.send(do="bad" if when == "failed" else "work", seconds=20 if when == "running" else 0.05)
    if when == "running":
        rig.until_runs(film)
    elif when in ("completed", "failed"):
        rig.until_state(film, when)
    elif when == "in the trash":
        rig.jobs.delete(film)
    rig.jobs.delete(film, purge=True)
    with pytest.raises(NotFound):
        rig.jobs.status(film)
    rig.until(lambda: rig.files(film) == [] and film not in rig.work_left(), "the files to go")
    if blocker:
        rig.until_state(blocker, "completed")
    rig.until_state(rig.send(do="work"), "completed")
    assert rig.files(film) == [] and rig.catalog.analyses.find(film) is None


def test_the_time_limit_ends_a_job_that_checks(rig: Rig) -> None:
    film = rig.add(do="work", seconds=60)
    with contextlib.closing(rig.manager(job_timeout_s=2)) as hurried:
        hurried.submit(film)
        rig.until_state(film, "failed")
    status = rig.until_state(film, "failed")
    assert status.error["code"] == "timeout" and rig.outcomes(film) == ["failed"]
    rig.until_state(rig.send(do="work"), "completed")


def test_unknown_ids_are_not_found(rig: Rig) -> None:
    for call in (rig.jobs.submit, rig.jobs.status, rig.jobs.cancel, rig.jobs.retry, rig.jobs.delete):
        with pytest.raises(NotFound):
            call("0" * 32)


def test_positions_estimates_and_numbers_are_measured(rig: Rig) -> None:
    rig.until_state(rig.send(do="work", seconds=0.3), "completed")
    running = rig.send(do="hold")
    rig.until_runs(running)
    first = rig.send(do="work")
    # The usual duration is looked up every two seconds; before the first video there was none.
    rig.until(lambda: rig.jobs.status(first).eta_s is not None, "a usual duration")
    second = rig.send(do="work")
    assert [rig.jobs.status(f).queue_position for f in (first, second)] == [1, 2]
    assert rig.jobs.status(first).message == "Next in line"
    assert rig.jobs.status(second).message == "2nd in line"
    assert 0 < rig.jobs.status(first).eta_s < rig.jobs.status(second).eta_s
    # What a run of this kind took is known: of the one that runs, what is left of it is said.
    took = rig.catalog.statistics.recent_results()[0][1]
    assert took["steps"].keys() == took["timings_s"].keys() >= {"probe", "pose", "render"}
    numbers = rig.jobs.stats()
    assert numbers["queued"] == 2 and numbers["processing"] == 1 and numbers["active_jobs"] == 3
    assert set(tuple(State)) <= set(numbers)
    assert numbers["job_manager_type"] == rig.jobs.kind
    assert numbers["workers"] >= 1
    assert {job.job_id for job in rig.jobs.list()} == {running, first, second}
    assert rig.catalog.analyses.get(second).estimate_s is not None
    rig.let_go(running)
    for film in (running, first, second):
        rig.until_state(film, "completed")
    assert all(not problem for problem in rig.jobs.ready().values())


def test_many_films_of_one_coach_do_not_starve_another(rig: Rig) -> None:
    many, one = rig.coach(f"many-{rig.jobs.kind}"), rig.coach(f"one-{rig.jobs.kind}")
    blocker = rig.send(do="hold")
    rig.until_runs(blocker)
    films = [rig.send(do="work", owner_id=many) for _ in range(8)]
    single = rig.send(do="work", owner_id=one)
    assert all(rig.jobs.status(film).queue_position for film in films)
    rig.let_go(blocker)
    for film in [*films, single]:
        rig.until_state(film, "completed")
    ends = {film: rig.catalog.analyses.get(film).finished_at for film in [*films, single]}
    assert sum(ends[film] < ends[single] for film in films) <= rig.settings.coach_limit


def test_status_is_plain_json(rig: Rig) -> None:
    film = rig.send(do="work")
    rig.until_state(film, "completed")
    status = json.loads(json.dumps(rig.jobs.status(film).as_dict()))
    assert set(status) == {
        "job_id", "status", "stage", "progress", "message", "queue_position", "eta_s", "attempts", "error",
        "created_at", "updated_at", "frames_done", "frames_total",
    }  # fmt: skip


def test_a_completed_film_can_be_run_again_with_other_options(rig: Rig) -> None:
    film = rig.send(do="work")
    rig.until_state(film, "completed")
    rig.catalog.analyses.set_options(film, {"model_size": "s"})
    rig.jobs.retry(film)
    rig.until_state(film, "completed")
    rig.until(lambda: len(rig.outcomes(film)) == 2, "the second attempt")
    assert rig.files(film).count("analysis.json") == 1


def test_wrong_options_in_the_catalog_fail_with_a_code(rig: Rig) -> None:
    # From the beginning: in legacy mode the dispatcher may take a row before it is submitted.
    film = rig.add(do="work", options={"model_size": "enormous"})
    rig.jobs.submit(film)
    assert rig.until_state(film, "failed").error["code"] == "bad_model_size"


def test_a_film_may_be_anything(rig: Rig) -> None:
    film = rig.add(do="work")
    rig.storage.put(f"analyses/{film}/original.mp4", io.BytesIO(b"not JSON"))
    rig.jobs.submit(film)
    status = rig.until_state(film, "failed")
    assert status.error["code"] == "internal" and "Traceback" not in status.message


def test_the_manager_loads_no_model_and_no_film_library() -> None:
    code = (
        "import sys, shadow_trainer.jobs.queue.manager, shadow_trainer.jobs.queue.rq_backend, "
        "shadow_trainer.jobs.queue.threads_backend, workers.pose_worker, workers.clock; "
        "print([m for m in ('torch', 'cv2', 'av', 'scipy', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
