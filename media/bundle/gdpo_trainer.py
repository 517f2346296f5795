"""TRL's DPOTrainer with a generalization penalty on minibatches of R."""

from __future__ import annotations

import json
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader
from transformers.integrations import is_fsdp_enabled
from trl import DPOTrainer
from trl.models import prepare_deepspeed
from trl.trainer.utils import selective_log_softmax


def versions() -> dict[str, str | None]:
    """Versions of what the numbers depend on."""
    found = {}
    for name in ("torch", "trl", "transformers", "datasets", "accelerate", "peft", "tokenizers", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def response_logps(logits: torch.Tensor, input_ids: torch.Tensor, completion_mask: torch.Tensor) -> torch.Tensor:
    """
    Sum of log p over response tokens, one a row: masked and shifted as in DPOTrainer._compute_loss. In float32 whatever the model
    computes in: bfloat16 cannot tell -300 from -301.
    """
    per_token = selective_log_softmax(logits[:, :-1, :].float(), input_ids[:, 1:])
    return per_token.masked_fill(completion_mask[:, 1:] == 0, 0.0).sum(dim=1)


def merged(one: dict, two: dict, pad_token_id: int) -> dict:
    """Two collated batches as one: [chosen 1, chosen 2, rejected 1, rejected 2], padded on the right to one length."""
    length = max(one["input_ids"].shape[1], two["input_ids"].shape[1])
    both = {}
    for key, fill in (("input_ids", pad_token_id), ("attention_mask", 0), ("completion_mask", 0)):
        halves = [
            half
            for batch in (one, two)
            for half in F.pad(batch[key], (0, length - batch[key].shape[1]), value=fill).chunk(2, dim=0)
        ]
        both[key] = torch.cat([halves[0], halves[2], halves[1], halves[3]])
    for key in ("ref_chosen_logps", "ref_rejected_logps"):
        both[key] = torch.cat([one[key], two[key]])
    return both


class Smoothed:
    """Exponentially weighted mean, corrected for its start at zero."""

    def __init__(self, decay: float) -> None:
        self._decay = decay
        self._sum = 0.0
        self._weight = 0.0

    def state(self) -> list[float]:
        return [self._sum, self._weight]

    def restore(self, state: list[float]) -> None:
        self._sum, self._weight = state

    def add(self, value: float) -> float:
        self._sum = self._decay * self._sum + (1 - self._decay) * value
        self._weight = self._decay * self._weight + (1 - self._decay)
        return self._sum / self._weight


class GdpoTrainer(DPOTrainer):
    """
    Adds lambda * max(0, R_H - R_T - m) to the DPO loss. Training pairs and pairs of R go through the model in one forward pass (two
    before one backward pass trip up DDP, FSDP and ZeRO-3).

    The hinge is opened by smoothed losses and not by the minibatch's own: E[max(0, x)] >= max(0, E[x]), so a minibatch hinge charges
    for noise (at a true gap of m, sd/sqrt(2 pi) nats) and is open half of the time there. Once open, the step follows
    R_T + lambda * (R_H - R_T), whose minibatch gradient is unbiased. What stays is that the gate is late by about 1/(1 - decay)
    minibatches and errs where the gap is within noise of m.
    """

    _all_have_read = False

    def __init__(
        self,
        *args,
        penalty_dataset,
        lam: float,
        margin: float,
        smoothing: float,
        reference_batch_size: int,
        looks: dict,
        metrics_file: Path,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lam, self._margin = lam, margin
        self._metrics_file = Path(metrics_file)
        self._smooth_train, self._smooth_reference = Smoothed(smoothing), Smoothed(smoothing)
        self._step_losses: dict[str, list[float]] = defaultdict(list)
        batch = self.args.per_device_eval_batch_size
        self._looks = {
            name: (self._precompute_ref_logps(data, name, batch), clusters) for name, (data, clusters) in looks.items()
        }
        self._penalty = (
            None if penalty_dataset is None else self._precompute_ref_logps(penalty_dataset, "penalty", batch)
        )
        self._per_device = reference_batch_size
        self._taken = 0

    def _prepare_dataset(self, dataset, processing_class, args, dataset_name):
        """Rows come as tokens already (bundle_data.Tokens), with those left out that TRL would drop."""
        return dataset

    def _precompute_ref_logps(self, dataset, name: str, batch_size: int):
        """
        As DPOTrainer's, but kept by every process: its cache file is not seen by other nodes, nor for data in memory by other
        processes. Rows that bring their reference scores keep them.
        """
        if "ref_chosen_logps" in dataset.column_names:
            return dataset
        model, device = self.model, self.accelerator.device
        home = next(model.parameters()).device
        if self.is_deepspeed_enabled:
            if self._precompute_engine is None:
                self._precompute_engine = prepare_deepspeed(self.model, self.accelerator)
            model = self._precompute_engine
        else:
            # FSDP has not placed it yet. Where one device cannot hold it, --reference-scores spares this.
            if home != device:
                model.to(device)
            self._read_by_all()
        loader = DataLoader(dataset, batch_size=batch_size, collate_fn=self.data_collator, shuffle=False)
        chosen, rejected = [], []
        for batch in self.accelerator.prepare(loader):
            # Precision as in training. A new adapter changes nothing yet, so the model is the reference as it stands.
            with torch.no_grad(), self.accelerator.autocast():
                outputs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False)
            logps = response_logps(outputs.logits, batch["input_ids"], batch["completion_mask"])
            both = self.accelerator.gather_for_metrics(logps.chunk(2, dim=0))
            chosen += both[0].tolist()
            rejected += both[1].tolist()
        if not self.is_deepspeed_enabled and home != device:
            model.to(home)
        return dataset.add_column("ref_chosen_logps", chosen).add_column("ref_rejected_logps", rejected)

    def _read_by_all(self) -> None:
        """
        Gives every process the weights that the first one has read: with FSDP's cpu_ram_efficient_loading (what `is_fsdp_enabled` asks
        for) the others hold zeros until the model is sharded, and would score the reference with them.
        """
        if self._all_have_read or not is_fsdp_enabled():
            return
        for tensor in self.model.state_dict().values():
            torch.distributed.broadcast(tensor, src=0)
        self._all_have_read = True

    def _next_reference(self) -> dict:
        """The next minibatch of R: seeded shuffles of the whole, dealt to the processes in turn."""
        n, world, rank = len(self._penalty), self.accelerator.num_processes, self.accelerator.process_index
        if self._taken == 0:
            # After --resume, where it would have been.
            self._taken = self.state.global_step * self.args.gradient_accumulation_steps * self._per_device
        rows = []
        for k in range(self._taken, self._taken + self._per_device):
            epoch, place = divmod(k * world + rank, n)
            rows.append(self._shuffled(epoch)[place])
        self._taken += self._per_device
        features = [{key: self._penalty[i][key] for key in self._columns()} for i in rows]
        return {key: value.to(self.accelerator.device) for key, value in self.data_collator(features).items()}

    def _columns(self) -> tuple[str, ...]:
        return ("prompt_ids", "chosen_ids", "rejected_ids", "ref_chosen_logps", "ref_rejected_logps")

    def _shuffled(self, epoch: int) -> list[int]:
        if getattr(self, "_order", (None, None))[0] != epoch:
            generator = torch.Generator().manual_seed(1_000_003 * self.args.seed + epoch)
            self._order = (epoch, torch.randperm(len(self._penalty), generator=generator).tolist())
        return self._order[1]

    def _pair_losses(self, model, batch: dict) -> torch.Tensor:
        """-log sigmoid(beta * delta), one a pair: TRL's loss "sigmoid" before its mean."""
        outputs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], use_cache=False)
        logps = response_logps(outputs.logits, batch["input_ids"], batch["completion_mask"])
        chosen, rejected = logps.chunk(2, dim=0)
        delta = (chosen - batch["ref_chosen_logps"]) - (rejected - batch["ref_rejected_logps"])
        return -F.logsigmoid(self.beta * delta)

    def _compute_loss(self, model, inputs, return_outputs):
        if self._penalty is None or not self.model.training:
            loss = self._pair_losses(model, inputs).mean()
            if self.model.training:
                self._step_losses["train_loss"].append(self._mean(loss))
            return (loss, None) if return_outputs else loss
        pairs = inputs["ref_chosen_logps"].shape[0]
        batch = merged(inputs, self._next_reference(), self._tokenizer.pad_token_id)
        losses = self._pair_losses(model, batch)
        train, reference = losses[:pairs].mean(), losses[pairs:].mean()
        # The same on every process: the gate must open everywhere or nowhere.
        seen_train, seen_reference = self._mean(train), self._mean(reference)
        gap = self._smooth_reference.add(seen_reference) - self._smooth_train.add(seen_train)
        is_open = gap > self._margin
        for key, value in (
            ("train_loss", seen_train),
            ("reference_loss", seen_reference),
            ("smoothed_gap", gap),
            ("hinge_open", float(is_open)),
        ):
            self._step_losses[key].append(value)
        # The same gradient as R_T + lambda * (R_H - R_T - m) where the hinge is open.
        loss = train + self._lam * (reference - train - self._margin) if is_open else train
        return (loss, None) if return_outputs else loss

    def _mean(self, value: torch.Tensor) -> float:
        return self.accelerator.reduce(value.detach().float(), reduction="mean").item()

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if self._step_losses:
            means = {key: sum(values) / len(values) for key, values in self._step_losses.items()}
            self._step_losses.clear()
            logs.update(means)
            self.write_metrics({"step": self.state.global_step, **means, "learning_rate": logs.get("learning_rate")})
        super().log(logs, start_time)

    def write_metrics(self, line: dict) -> None:
        """Appends a line to metrics.jsonl."""
        if self.accelerator.is_main_process:
            self._metrics_file.parent.mkdir(parents=True, exist_ok=True)
            with self._metrics_file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({key: value for key, value in line.items() if value is not None}) + "\n")

    @property
    def has_penalty(self) -> bool:
        return self._penalty is not None

    @property
    def smoothed(self) -> dict[str, Smoothed]:
        """What opens the hinge; the same on every process."""
        return {"train": self._smooth_train, "reference": self._smooth_reference}

    def look(self) -> dict[str, tuple[list[float], list[str]]]:
        """Losses pair by pair on eval and on both kinds of parts of R, with the pairs' clusters; the same on every process."""
        was_training = self.model.training
        model = self.model_wrapped
        model.eval()
        found = {}
        for name, (data, clusters) in self._looks.items():
            losses = []
            for batch in self.get_eval_dataloader(data):
                with torch.no_grad(), self.compute_loss_context_manager():
                    losses.append(self.accelerator.gather_for_metrics(self._pair_losses(model, batch).float()).cpu())
            found[name] = (torch.cat(losses).tolist(), clusters)
        if was_training:
            model.train()
        return found
