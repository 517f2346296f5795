"""The rule that stops a run which learns the penalty parts of R by heart."""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from transformers import TrainerCallback

if TYPE_CHECKING:
    from gdpo_trainer import GdpoTrainer

# One-sided 99 % point of the normal distribution.
Z_99 = 2.3263478740408408
# Nats a pair, the mean. Rounding in bfloat16 stays below; scores of another model do not.
START_WITHIN = 1.0
# Below so many clusters on a side, no test.
MIN_CLUSTERS = 8


def clustered(losses: list[float], clusters: list[str]) -> tuple[float, float, int]:
    """Mean over pairs, its squared standard error by delete-one-cluster jackknife, and the number of clusters."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for loss, cluster in zip(losses, clusters, strict=True):
        sums[cluster][0] += loss
        sums[cluster][1] += 1
    total, n, groups = sum(losses), len(losses), len(sums)
    if groups < 2:
        return total / n, math.inf, groups
    without = [(total - part) / (n - count) for part, count in sums.values()]
    center = sum(without) / groups
    return total / n, (groups - 1) / groups * sum((value - center) ** 2 for value in without), groups


class MemorisingStop(TrainerCallback):
    """
    Stops a run that learns the penalty parts of R by heart. Parts are dealt by chance, so a model that generalizes has the same loss on
    both kinds but for chance. A look counts as memorising when

    - the loss on the penalty parts is below its start,
    - that on the monitoring parts is above it by more than 2.33 clustered standard errors (one-sided 1 %), and
    - the monitoring loss is not below its best look by more than one paired clustered standard error: it does not fall any more.

    `patience` such looks in a row stop the run.
    """

    def __init__(self, trainer: GdpoTrainer, every: int, patience: int) -> None:
        self._trainer, self._every, self._patience = trainer, every, patience
        self._start: float | None = None
        self._best: list[float] | None = None
        self._in_a_row: list[int] = []
        self.message: str | None = None

    def _state_file(self, args, step: int) -> Path:
        return Path(args.output_dir) / f"checkpoint-{step}" / "gdpo_state.json"

    def on_train_begin(self, args, state, control, **kwargs) -> None:
        path = self._state_file(args, state.global_step)
        if state.global_step > 0 and path.exists():
            before = json.loads(path.read_text(encoding="utf-8"))
            self._start, self._best, self._in_a_row = before["start"], before["best"], before["in_a_row"]
            for name, smoothed in self._trainer.smoothed.items():
                smoothed.restore(before["smoothed"][name])
            return
        self._look(state.global_step)

    def on_save(self, args, state, control, **kwargs) -> None:
        """Beside the optimizer's state: the hinge and this rule go on from here, too."""
        if args.save_only_model or not self._trainer.accelerator.is_main_process:
            return
        smoothed = {name: each.state() for name, each in self._trainer.smoothed.items()}
        found = {"start": self._start, "best": self._best, "in_a_row": self._in_a_row, "smoothed": smoothed}
        self._state_file(args, state.global_step).write_text(json.dumps(found), encoding="utf-8")

    def on_step_end(self, args, state, control, **kwargs) -> None:
        if state.global_step % self._every != 0 and state.global_step != state.max_steps:
            return
        self._look(state.global_step)
        if self._patience > 0 and len(self._in_a_row) >= self._patience:
            steps = ", ".join(str(step) for step in self._in_a_row)
            self.message = (
                f"the penalty parts of R are being learnt by heart (looks at steps {steps}): their loss is down, that of the "
                f"monitoring parts does not fall. Checkpoints before step {self._in_a_row[0]} are the ones to trust; a smaller "
                "--learning-rate, --lambda or LoRA rank, or more held-out pairs, delay this."
            )
            control.should_training_stop = True
            control.should_save = True

    def _memorising(self, penalty: list[float], monitoring: list[float], clusters: tuple[list[str], list[str]]) -> tuple[bool, float]:
        """Whether a look counts, and by how many standard errors the two kinds of parts have come apart."""
        low, low_variance, low_groups = clustered(penalty, clusters[0])
        high, high_variance, high_groups = clustered(monitoring, clusters[1])
        error = math.sqrt(low_variance + high_variance)
        z = (high - low) / error if 0 < error < math.inf else 0.0
        if self._start is None or self._best is None:
            self._start, self._best = low, monitoring
            return False, z
        gain, variance, _ = clustered([best - now for best, now in zip(self._best, monitoring, strict=True)], clusters[1])
        falls = gain > math.sqrt(variance)
        if falls:
            self._best = monitoring
        counts = min(low_groups, high_groups) >= MIN_CLUSTERS and low < self._start and z > Z_99 and not falls
        return counts, z

    def _check_start(self, losses: list[float]) -> None:
        """Before the first step the model is its own reference: every log-ratio is 0, but for rounding."""
        ratios = [-math.log(math.expm1(loss)) / self._trainer.beta for loss in losses if loss > 0]
        away = sum(abs(ratio) for ratio in ratios) / len(ratios) if ratios else 0.0
        if away > START_WITHIN:
            print(
                f"warning: before the first step the model differs from its reference by {away:.1f} nats a pair, and should by none. "
                "Are --reference-scores of another model, or with another chat template?",
                file=sys.stderr,
            )

    def _look(self, step: int) -> None:
        found = self._trainer.look()
        line: dict = {"step": step, "look": True}
        for name, (losses, _) in found.items():
            line[f"{name}_loss"] = sum(losses) / len(losses)
        if step == 0 and self._trainer.accelerator.is_main_process:
            self._check_start([loss for losses, _ in found.values() for loss in losses])
        # Without a penalty nothing of R is trained on, so there is nothing to learn by heart.
        if self._trainer.has_penalty and "penalty" in found and "monitoring" in found:
            (penalty, of_penalty), (monitoring, of_monitoring) = found["penalty"], found["monitoring"]
            memorising, z = self._memorising(penalty, monitoring, (of_penalty, of_monitoring))
            self._in_a_row = [*self._in_a_row, step] if memorising else []
            line.update({"z": z, "memorising": memorising})
        self._trainer.write_metrics(line)
        if self._trainer.accelerator.is_main_process:
            losses = ", ".join(f"{name} {line[f'{name}_loss']:.4f}" for name in found)
            print(f"step {step}: {losses}{' (memorising R)' if line.get('memorising') else ''}", flush=True)
