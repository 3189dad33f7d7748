"""The way of a graphics card, on the processor: batches, two buffers, full memory, and what goes on meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.errors import OutOfMemory, SetupError
from shadow_trainer.pose import inference, landmarks, second_network, second_pass
from shadow_trainer.pose.card_runner import CardRunner, batches
from shadow_trainer.pose.engine import Engine
from shadow_trainer.pose.inference import OnnxRunner, open_session

PATIENCE_S = 60
# What CUDA's allocator says through ONNX Runtime, word for word.
FULL = (
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv node. "
    "onnxruntime::BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 939524096"
)


@given(st.integers(0, 300), st.integers(1, 70))
def test_every_crop_is_in_one_batch_and_little_of_a_batch_is_padding(count: int, most: int) -> None:
    cut = list(batches(count, most))
    assert [row for start, rows, _ in cut for row in range(start, start + rows)] == list(range(count))
    assert all(rows <= size <= most for _, rows, size in cut)
    assert all(size - rows <= size / 3 for _, rows, size in cut if size < most or rows == most)
    assert len(cut) == -(-count // most)


def test_one_crop_is_a_batch_of_one_and_few_sizes_are_met() -> None:
    assert list(batches(1, 32)) == [(0, 1, 1)] and list(batches(33, 32)) == [(0, 32, 32), (32, 1, 1)]
    assert len({size for count in range(1, 500) for _, _, size in batches(count, 32)}) == 10


@pytest.fixture
def crops() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (8, 256, 256, 3), np.uint8)


@pytest.fixture
def runner(models_dir: Path) -> Iterator[CardRunner]:
    made = CardRunner("lite", models_dir=models_dir, device="cpu", batch=3)
    yield made
    made.card.shutdown()


@pytest.mark.model
def test_two_buffers_give_what_the_processor_gives(
    runner: CardRunner, models_dir: Path, crops: np.ndarray
) -> None:
    wanted = OnnxRunner("lite", models_dir=models_dir).run(crops)
    for _ in range(2):  # the buffers are used again
        outputs = runner.run(crops)
        assert outputs.keys() == wanted.keys()
        for name, value in wanted.items():
            assert outputs[name].shape == value.shape and np.abs(outputs[name] - value).max() < 1e-3


class Watched:
    """A session that lets a test see, and hold, each batch that is computed."""

    def __init__(self, session: Any, before: Any) -> None:
        self.session, self.before = session, before

    def __getattr__(self, name: str) -> Any:
        return getattr(self.session, name)

    def run_with_iobinding(self, binding: Any) -> None:
        self.before()
        self.session.run_with_iobinding(binding)


def watch(runner: CardRunner, before: Any) -> None:
    for buffer in runner.buffers:
        buffer.session = Watched(buffer.session, before)


@pytest.mark.model
def test_while_one_batch_is_computed_the_next_is_copied(runner: CardRunner, crops: np.ndarray) -> None:
    """The first batch is held until the second lies in the other buffer: one after the other would never end."""
    copied, waited = threading.Semaphore(0), []
    for buffer in runner.buffers:
        buffer.fill = _then(buffer.fill, copied.release)
    first = iter([True])

    def hold() -> None:
        if next(first, False):
            waited.extend(copied.acquire(timeout=PATIENCE_S) for _ in range(2))

    watch(runner, hold)
    assert runner.run(crops)["flag"].shape == (8, 1)
    assert waited == [True, True]


def _then(work: Any, after: Any) -> Any:
    def both(*arguments: Any) -> None:
        work(*arguments)
        after()

    return both


@pytest.mark.model
def test_python_goes_on_while_a_batch_is_computed(runner: CardRunner, crops: np.ndarray) -> None:
    """Were the interpreter held, its lock would come back once, at the end."""
    buffer, count = runner.buffers[0], 0
    buffer.fill(crops[:3], 3)
    with ThreadPoolExecutor(1) as pool:
        computing = pool.submit(lambda: [buffer.compute() for _ in range(3)])
        while not computing.done():
            count += 1
    assert count > 1000


@pytest.mark.model
def test_a_full_card_is_tried_again_in_half_batches(
    runner: CardRunner, crops: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = runner.run(crops)
    runner.batch, room = 8, 2

    def limited() -> None:
        if any(buffer.size > room for buffer in runner.buffers):
            raise RuntimeError(FULL)

    renew = runner._renew

    def renewed() -> None:
        renew()
        watch(runner, limited)

    runner._renew = renewed
    watch(runner, limited)
    outputs = runner.run(crops)
    assert runner.batch == 2 and "going on with batches of 2" in caplog.text
    assert np.abs(outputs["landmarks"] - wanted["landmarks"]).max() < 1e-2
    room = 0
    with pytest.raises(OutOfMemory) as error:
        runner.run(crops)
    assert "graphics card's memory" in error.value.message and "nvidia-smi" in error.value.fix


@pytest.mark.model
def test_another_error_of_a_batch_is_told_as_it_is_and_nothing_goes_on_computing(
    runner: CardRunner, crops: np.ndarray
) -> None:
    begun = []

    def broken() -> None:
        begun.append(1)
        raise RuntimeError("an illegal memory access was encountered")

    watch(runner, broken)
    with pytest.raises(RuntimeError, match="illegal"):
        runner.run(crops)
    assert len(begun) == 2 and runner.batch == 3  # the second batch was under way, and was waited for


@pytest.mark.parametrize(
    "words",
    [
        FULL,
        "CUDA failure 2: out of memory ; GPU=0 ; expr=cudaMalloc",
        "CUDNN_STATUS_ALLOC_FAILED",
        "std::bad_alloc",
    ],
)
def test_a_network_that_does_not_fit_says_so_while_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch, models_dir: Path, words: str
) -> None:
    def session(*_: Any, **__: Any) -> None:
        raise RuntimeError(words)

    monkeypatch.setattr(onnxruntime, "InferenceSession", session)
    with pytest.raises(OutOfMemory) as error:
        open_session("lite", models_dir=models_dir, device="cuda")
    assert "`lite`" in error.value.message and "SHADOW_DEVICE=cpu" in error.value.fix


def test_what_is_not_about_memory_is_not_called_so(monkeypatch: pytest.MonkeyPatch, models_dir: Path) -> None:
    def session(*_: Any, **__: Any) -> None:
        raise RuntimeError("Load model failed: Protobuf parsing failed.")

    monkeypatch.setattr(onnxruntime, "InferenceSession", session)
    with pytest.raises(RuntimeError, match="Protobuf"):
        open_session("lite", models_dir=models_dir, device="cuda")


@pytest.mark.model
@pytest.mark.filterwarnings("ignore:Specified provider:UserWarning")
def test_a_card_that_cannot_be_used_is_never_replaced_by_the_processor(models_dir: Path) -> None:
    """ONNX Runtime goes on with the CPU by itself when CUDA's libraries are missing, as they are here."""
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("ONNX Runtime is installed here in its build for cards")
    with pytest.raises(SetupError, match="would have used the CPU") as error:
        CardRunner("lite", models_dir=models_dir)
    assert error.value.code == "no_cuda" and "make cuda" in error.value.fix


def test_both_devices_read_the_same_file(monkeypatch: pytest.MonkeyPatch, models_dir: Path) -> None:
    asked = []

    def session(path: str, *_: Any, providers: list, **__: Any) -> SimpleNamespace:
        asked.append(path)
        return SimpleNamespace(get_providers=lambda: [providers[0][0], "CPUExecutionProvider"])

    monkeypatch.setattr(onnxruntime, "InferenceSession", session)
    for device in inference.PROVIDERS:
        open_session("lite", models_dir=models_dir, device=device)
    assert asked[0] == asked[1]


@pytest.fixture
def measure(lefty: tuple) -> Any:
    """Measure two and a half groups of a film, around a body that fills it; takes an engine."""
    info, factory = lefty
    times = np.linspace(0.0, 2.0, 40)
    region = [info.width / 2, info.height / 2, 1.1 * info.height, 0.0]
    athlete = SimpleNamespace(times=times, rois=np.tile(region, (40, 1)), pieces=np.zeros(40, int))
    return partial(
        landmarks.measure_window,
        frames_factory=factory,
        athlete=athlete,
        window=(0.5, 0.5 + 20.5 / info.capture_fps),
        check=lambda: None,
    )


@pytest.mark.model
def test_the_card_measures_what_the_processor_measures(
    measure: Any, engine: Engine, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its groups are gathered, its second looks as well, and half of its work is done ahead."""
    monkeypatch.setattr(landmarks, "GROUP", 8)
    monkeypatch.setattr(second_pass, "NETWORKS", ("lite",))
    monkeypatch.setattr(second_pass, "DOUBTFUL", 0.9)
    monkeypatch.setattr(second_network, "NETWORKS", ("lite",))
    monkeypatch.setattr(second_network, "SEEN", 0.9)
    card = Engine("xs", device="cpu", models_dir=models_dir, batch_size=16, buffered=True)
    one, other = list(measure(engine)), list(measure(card))
    assert (len(one), len(other)) == (3, 1)
    for name in one[0]:
        values = [np.concatenate([rows[name] for rows in groups]) for groups in (one, other)]
        assert np.allclose(*values, atol=0.02, equal_nan=True), name


class Seeing:
    """An engine whose way is the card's and which tells when it is asked for the second time."""

    buffered, network = True, "lite"

    def __init__(self, engine: Engine) -> None:
        self.engine, self.asked, self.again = engine, 0, threading.Event()

    def landmarks(self, crops: np.ndarray) -> Any:
        self.asked += 1
        if self.asked > 1:
            self.again.set()
        return self.engine.landmarks(crops)


@pytest.mark.model
def test_the_next_group_is_seen_while_the_one_before_is_worked_on(
    measure: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landmarks, "GROUP", 4)
    monkeypatch.setattr(landmarks, "_misplaced", lambda out, regions: np.zeros(0, int))
    card = Seeing(engine)
    rows = measure(card)
    next(rows)
    assert card.again.wait(PATIENCE_S)  # nobody has asked for the second group yet
    rows.close()
