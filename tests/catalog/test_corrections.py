"""A correction is bound to the run and the correction that it began with, by the database alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shadow_trainer.catalog import Catalog, open_catalog
from shadow_trainer.catalog.corrections import OVERTAKEN, RUN_AGAIN, Basis, Correction
from shadow_trainer.errors import Conflict, NotFound
from shadow_trainer.settings import Settings
from tests.catalog.conftest import create


def completed(catalog: Catalog) -> str:
    row = create(catalog)
    run(catalog, row.id)
    return row.id


def run(catalog: Catalog, analysis_id: str) -> None:
    number = catalog.attempts.claim(analysis_id, "worker").number
    result = {"run": number}
    assert catalog.attempts.publish(
        analysis_id, number, files=["analysis.json", "shadow.npz"], result=result, warnings=[], deliveries=[]
    )


def correction(name: str, **values: object) -> Correction:
    delivery = {"index": 0, "start_s": 0.0, "end_s": 1.0, "summary": {"by": name}}
    defaults = {
        "revision": name, "result": {"by": name}, "deliveries": [delivery], "options": {"by": name},
        "warnings": [], "files": ["analysis.json", "pose.npz"], "removed": ["shadow.npz"],
    }  # fmt: skip
    return Correction(**{**defaults, **values})  # type: ignore[arg-type]


def test_a_correction_replaces_files_and_row_together(catalog: Catalog) -> None:
    film, calls = completed(catalog), []
    basis = Basis.of(catalog.analyses.get(film))
    catalog.corrections.publish(film, basis, correction("one"), lambda: calls.append("files"))
    row = catalog.analyses.get(film)
    assert (row.revision, row.result, row.options) == (
        "one",
        {"by": "one", "options": {"by": "one"}},
        {"by": "one"},
    )
    assert row.files == ["analysis.json", "pose.npz"] and calls == ["files"]
    assert [d.summary for d in catalog.analyses.deliveries(film)] == [{"by": "one"}]


def test_doing_it_again_after_an_unclear_commit_finds_it_done(catalog: Catalog) -> None:
    film, calls = completed(catalog), []
    basis = Basis.of(catalog.analyses.get(film))
    for _ in range(2):
        catalog.corrections.publish(film, basis, correction("one"), lambda: calls.append("files"))
    assert calls == ["files"]


def test_files_that_could_not_be_replaced_leave_the_row(catalog: Catalog) -> None:
    film = completed(catalog)
    before = catalog.analyses.get(film)

    def broken() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        catalog.corrections.publish(film, Basis.of(before), correction("one"), broken)
    after = catalog.analyses.get(film)
    assert (after.revision, after.result, after.files) == (None, before.result, before.files)


def untouchable() -> None:
    raise AssertionError("the files of a newer run were replaced")


@pytest.mark.parametrize("until", ["queued", "processing", "completed"])
def test_a_correction_of_an_earlier_run_is_refused(catalog: Catalog, until: str) -> None:
    film = completed(catalog)
    basis = Basis.of(catalog.analyses.get(film))
    assert catalog.attempts.requeue(film)
    if until == "processing":
        catalog.attempts.claim(film, "worker")
    elif until == "completed":
        run(catalog, film)
    before = catalog.analyses.get(film).result
    with pytest.raises(Conflict) as error:
        catalog.corrections.publish(film, basis, correction("one"), untouchable)
    assert error.value.code == RUN_AGAIN and catalog.analyses.get(film).result == before
    assert not catalog.corrections.replace_files(film, basis, untouchable)


def test_a_new_run_forgets_the_correction(catalog: Catalog) -> None:
    film = completed(catalog)
    catalog.corrections.publish(film, Basis.of(catalog.analyses.get(film)), correction("one"), lambda: None)
    assert catalog.attempts.requeue(film)
    run(catalog, film)
    assert catalog.analyses.get(film).revision is None


def test_other_options_refuse_a_correction_that_would_overwrite_them(catalog: Catalog) -> None:
    film = completed(catalog)
    basis = Basis.of(catalog.analyses.get(film))
    catalog.analyses.set_options(film, {"person": 2})
    with pytest.raises(Conflict) as error:
        catalog.corrections.publish(film, basis, correction("one"), untouchable)
    assert error.value.code == OVERTAKEN and catalog.analyses.get(film).options == {"person": 2}


def test_what_is_not_finished_or_gone_has_nothing_to_correct(catalog: Catalog) -> None:
    film = completed(catalog)
    basis = Basis.of(catalog.analyses.get(film))
    with pytest.raises(Conflict):
        Basis.of(create(catalog))
    catalog.analyses.delete(film)
    with pytest.raises(NotFound):
        catalog.corrections.publish(film, basis, correction("one"), untouchable)
    assert not catalog.corrections.replace_files(film, basis, untouchable)


def test_of_corrections_on_several_machines_one_is_published_and_the_others_hear_of_it(
    catalog: Catalog, settings: Settings
) -> None:
    film, number = completed(catalog), 4
    machines = [open_catalog(settings) for _ in range(number)]
    together = threading.Barrier(number)
    held: list[str] = []

    def correct(place: int) -> str:
        basis = Basis.of(machines[place].analyses.get(film))
        together.wait()
        name = f"m{place}"
        try:
            machines[place].corrections.publish(film, basis, correction(name), lambda: held.append(name))
        except Conflict as error:
            return error.code
        return name

    with ThreadPoolExecutor(number) as pool:
        ends = list(pool.map(correct, range(number)))
    [winner] = [end for end in ends if end != OVERTAKEN]
    assert held == [winner] and ends.count(OVERTAKEN) == number - 1
    assert catalog.analyses.get(film).result["by"] == winner
    for machine in machines:
        machine.close()


def test_a_new_run_waits_for_the_files_of_a_correction(catalog: Catalog, settings: Settings) -> None:
    film, order = completed(catalog), []
    other, replacing = open_catalog(settings), threading.Event()

    def requeue() -> None:
        replacing.wait(10)
        assert other.attempts.requeue(film)
        order.append("queued")

    def replace() -> None:
        replacing.set()
        order.append("replaced")

    thread = threading.Thread(target=requeue)
    thread.start()
    catalog.corrections.publish(film, Basis.of(catalog.analyses.get(film)), correction("one"), replace)
    thread.join(20)
    assert order == ["replaced", "queued"]
    other.close()
