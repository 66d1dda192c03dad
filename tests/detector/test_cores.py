"""Work side by side: answers in order, the first error stops the rest, and threads are given back."""

import threading
import time

import pytest
import torch

from sealreel.detector.training.cores import Tasks, seeded


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_answers_come_in_the_order_of_the_tasks(jobs: int) -> None:
    def answer(number: int) -> int:
        time.sleep(0.01 * (3 - number))
        return number

    assert Tasks().run([lambda number=number: answer(number) for number in range(3)], jobs=jobs) == [0, 1, 2]


def test_tasks_run_at_the_same_time() -> None:
    met = threading.Barrier(2, timeout=20)

    assert sorted(Tasks().run([met.wait, met.wait], jobs=2)) == [0, 1]


def test_an_error_stops_the_others_and_is_what_is_raised() -> None:
    tasks, begun, steps = Tasks(), threading.Event(), list[int]()

    def fails() -> None:
        begun.wait(20)
        raise OSError("disk full")

    def long() -> None:
        begun.set()
        for step in range(10_000):
            tasks.go_on()
            steps.append(step)
            time.sleep(0.01)

    with pytest.raises(OSError, match="disk full"):
        tasks.run([fails, long, long], jobs=2)
    assert len(steps) < 9_000


@pytest.mark.parametrize("fails", [False, True])
def test_torch_gets_its_threads_back(fails: bool) -> None:
    before, seen = torch.get_num_threads(), list[int]()
    torch.set_num_threads(4)

    def looks() -> None:
        seen.append(torch.get_num_threads())
        if fails:
            raise ValueError("looked")

    try:
        if fails:
            with pytest.raises(ValueError, match="looked"):
                Tasks().run([looks, looks], jobs=2)
        else:
            Tasks().run([looks, looks], jobs=2)
        assert set(seen) == {2}
        assert torch.get_num_threads() == 4
    finally:
        torch.set_num_threads(before)


def test_one_thread_draws_at_a_time() -> None:
    def drawn() -> float:
        with seeded(5):
            time.sleep(0.02)
            return float(torch.rand(()))

    assert len(set(Tasks().run([drawn] * 6, jobs=3))) == 1
