"""The student's distance by hand; it learns, and teaches nothing back."""

from __future__ import annotations

import math

import pytest
import torch
from small_pools import bars, small_model

from cryoal.auxiliary import Student
from cryoal.auxiliary.student import divergence
from cryoal.learning.companion import TrainingStep


def test_divergence_by_hand() -> None:
    teacher, student = [0.7, 0.2, 0.1], [0.2, 0.5, 0.3]
    wanted = sum(p * math.log(p / q) for p, q in zip(teacher, student, strict=True))
    found = divergence(torch.tensor([teacher]).log(), torch.tensor([student]).log())
    assert found.tolist() == pytest.approx([wanted], rel=1e-5)
    assert float(divergence(torch.tensor([[3.0, 1.0]]), torch.tensor([[3.0, 1.0]]))) == 0.0


@pytest.mark.parametrize("axes", [2, 3])
def test_learns_from_the_teacher_and_gives_it_no_gradient(axes: int) -> None:
    pool = bars(60, axes)
    items, target = pool.normalise(pool.items), torch.from_numpy(pool.labels)
    teacher = small_model(pool.item_shape, axes)
    teacher.head.weight.data *= 20
    logits = teacher(items)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        student = Student(pool.item_shape, axes, width=4)
    optimizer = torch.optim.Adam(student.parameters(), lr=1e-2)
    losses = []
    for _ in range(60):
        loss = student.loss(TrainingStep(items, logits, target, logits.sum(1), 0.5))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]
    assert teacher.head.weight.grad is None
