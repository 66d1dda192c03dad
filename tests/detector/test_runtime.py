"""The network gives the same answer whoever asks beside you, and only with the weights that its card describes."""

import shutil
import threading
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sealreel.detector.batching import Queue
from sealreel.detector.runtime import Reading, open_runtime
from sealreel.detector.weights import GRAPH, WEIGHTS, load_network, read_card
from sealreel.errors import ModelUnavailable, WeightsInvalid

COUNT = 6


@pytest.fixture(scope="module")
def windows() -> Any:
    return np.random.default_rng(0).integers(0, 255, (COUNT, 8, 224, 224, 3), dtype=np.uint8)


@pytest.fixture
def copied(weights: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(weights, tmp_path / "copy"))


def alike(one: Reading, other: Reading) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("clip_logits", "frame_logits", "maps")
    )


def test_a_window_reads_the_same_alone_and_among_others(weights: Path, windows: Any) -> None:
    runtime = open_runtime(weights, device="cpu")

    together = runtime.read(windows)

    for index in range(COUNT):
        alone = runtime.read(windows[index : index + 1])
        assert np.array_equal(alone.clip_logits[0], together.clip_logits[index])


def test_the_graph_says_what_torch_says(weights: Path, windows: Any) -> None:
    torch = pytest.importorskip("torch")
    reading = open_runtime(weights, device="cpu").read(windows[:2])

    with torch.inference_mode():
        clip, frame, maps = load_network(weights, read_card(weights))(torch.from_numpy(windows[:2]))

    np.testing.assert_allclose(reading.clip_logits, clip.numpy(), atol=1e-3)
    np.testing.assert_allclose(reading.frame_logits, frame.numpy(), atol=1e-3)
    np.testing.assert_allclose(reading.maps, maps.numpy(), atol=1e-3)


@pytest.mark.parametrize("name", [WEIGHTS, GRAPH])
def test_a_changed_file_is_refused(copied: Path, name: str) -> None:
    data = bytearray((copied / name).read_bytes())
    data[-1] ^= 1
    (copied / name).write_bytes(data)

    with pytest.raises(WeightsInvalid, match="its card says"):
        open_runtime(copied, device="cpu")


def test_a_missing_file_is_said_to_be_missing(copied: Path) -> None:
    (copied / GRAPH).unlink()

    with pytest.raises(ModelUnavailable, match="incomplete"):
        open_runtime(copied, device="cpu")


def test_a_gpu_that_is_not_there_is_said_not_to_be(weights: Path) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")

    with pytest.raises(ModelUnavailable, match="sees no GPU"):
        open_runtime(weights, device="cuda")


@pytest.mark.needs_cuda
def test_a_gpu_rounds_the_same_in_any_company(weights: Path, windows: Any) -> None:
    runtime = open_runtime(weights, device="cuda")

    together = runtime.read(windows)

    for index in range(COUNT):
        alone = runtime.read(windows[index : index + 1])
        assert np.array_equal(alone.clip_logits[0], together.clip_logits[index])


@pytest.mark.parametrize("shape", [(0, 8, 224, 224, 3), (1, 7, 224, 224, 3), (8, 224, 224, 3)])
def test_other_shapes_are_wrong_arguments(weights: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="windows must be"):
        open_runtime(weights, device="cpu").read(np.zeros(shape, np.uint8))


def test_many_threads_get_their_own_answers(weights: Path, windows: Any) -> None:
    queue = Queue(lambda: open_runtime(weights, device="cpu"), workers=2)
    alone = open_runtime(weights, device="cpu").read(windows)
    answers: dict[int, Reading] = {}

    def ask(index: int) -> None:
        answers[index] = queue.read(windows[index : index + 1])

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(np.array_equal(answers[index].maps[0], alone.maps[index]) for index in range(COUNT))


def _child(queue: Queue, windows: Any, pipe: Any) -> None:
    pipe.send(queue.read(windows).clip_logits)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_reads_the_same(weights: Path, windows: Any) -> None:
    queue = Queue(lambda: open_runtime(weights, device="cpu"), workers=2)
    here = queue.read(windows[:2]).clip_logits
    fork = get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)

    child = fork.Process(target=_child, args=(queue, windows[:2], sending))
    child.start()
    there = receiving.recv() if receiving.poll(60) else None
    child.join()

    np.testing.assert_array_equal(here, there)


class _Slow:
    """A runtime that notes how many windows came at once; the first call waits until told to go on."""

    batch = 4

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def read(self, windows: Any) -> Reading:
        self.sizes.append(len(windows))
        self.begun.set()
        self.go.wait(60)
        n = len(windows)
        logits = windows.reshape(n, -1)[:, :2].astype(np.float32)
        return Reading(logits, np.zeros((n, 8, 2), np.float32), np.zeros((n, 8, 2, 7, 7), np.float32))


def _marked(value: int) -> Any:
    return np.full((1, 8, 224, 224, 3), value, np.uint8)


def test_windows_of_several_callers_become_one_batch() -> None:
    slow = _Slow()
    queue = Queue(lambda: slow, workers=1)
    answers: dict[int, float] = {}

    def ask(value: int) -> None:
        answers[value] = float(queue.read(_marked(value)).clip_logits[0, 0])

    threads = [threading.Thread(target=ask, args=(value,)) for value in range(5)]
    threads[0].start()
    slow.begun.wait(60)
    for thread in threads[1:]:
        thread.start()
    while queue.waiting < 4:  # they are all in the queue before the first is answered
        threading.Event().wait(0.001)
    slow.go.set()
    for thread in threads:
        thread.join()

    assert slow.sizes == [1, 4]
    assert answers == {value: float(value) for value in range(5)}


def test_what_goes_wrong_reaches_whoever_asked() -> None:
    class Broken:
        batch = 1

        def read(self, windows: Any) -> Reading:
            raise MemoryError(len(windows))

    with pytest.raises(MemoryError):
        Queue(Broken, workers=1).read(_marked(0))


def test_threads_end_with_their_queue() -> None:
    slow = _Slow()
    slow.go.set()
    before = set(threading.enumerate())
    queue = Queue(lambda: slow, workers=2)
    queue.read(_marked(1))
    (one, two) = set(threading.enumerate()) - before

    del queue

    one.join(60)
    two.join(60)
    assert not one.is_alive()
    assert not two.is_alive()
