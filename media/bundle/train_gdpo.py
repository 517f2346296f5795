#!/usr/bin/env python3
"""
Trains with DPO and a generalization penalty on the bundle beside this file:

    J = R_T + lambda * max(0, R_H - R_T - m)

R_T is the DPO loss on the training pairs, R_H the DPO loss on the penalty parts of the held-out tuning half, m a margin in nats.
README.md says how J is estimated from minibatches, and when a run stops itself.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from pathlib import Path

from bundle_data import (
    HERE,
    BundleError,
    Tokens,
    files_of,
    load_tokenizer,
    read_manifest,
    read_reference,
    read_rows,
    read_run,
    training_pairs,
)


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: accelerate launch --config_file launch/one-gpu.yaml train_gdpo.py --model ./base --output out",
    )
    add = parser.add_argument
    add("--model", required=True, help="folder (or hub name) of the model to start from; it is the reference, too")
    add("--output", required=True, help="folder for checkpoints and records; must not hold a run yet")
    add("--beta", type=float, default=0.1, help="beta of DPO (default 0.1)")
    add("--lambda", dest="lam", type=float, default=1.0, help="weight of the penalty, 0 (plain DPO) to 1 (default 1)")
    add("--margin", type=float, default=0.02, help="m: the gap R_H - R_T that costs nothing, nats (default 0.02)")
    add("--smoothing", type=float, default=0.9, help="decay of the smoothed losses that open the hinge (default 0.9)")
    add("--seed", type=int, default=0)
    add("--learning-rate", type=float, default=None, help="default 5e-7; with --lora 5e-6")
    add("--warmup-steps", type=int, default=0)
    add("--epochs", type=float, default=1.0)
    add("--max-steps", type=int, default=-1, help="instead of --epochs")
    add("--batch-size", type=int, default=4, help="training pairs a device and step (default 4)")
    add("--reference-batch-size", type=int, default=None, help="pairs of R beside them (default: as many)")
    add("--gradient-accumulation", type=int, default=4)
    add("--max-length", type=int, default=2048, help="tokens of prompt and response; longer ones are cut as TRL cuts (default 2048)")
    add("--save-steps", type=int, default=50, help="a checkpoint every so many steps (default 50)")
    add("--resumable", action="store_true", help="checkpoints with the optimizer's state, for --resume")
    add("--resume", action="store_true", help="go on from the last checkpoint in --output")
    add("--monitor-steps", type=int, default=None, help="look at eval and R every so many steps (default: --save-steps)")
    add("--monitor-pairs", type=int, default=1000, help="at most so many pairs of each (default 1000)")
    add("--patience", type=int, default=2, help="looks in a row that must show memorising before the run stops; 0 never stops")
    add("--lora", action="store_true", help="train a LoRA adapter instead of all weights")
    add("--lora-rank", type=int, default=16)
    add("--lora-alpha", type=int, default=32)
    add("--lora-targets", nargs="+", default=None, help="modules (default: all linear layers)")
    add("--dtype", choices=["float32", "bfloat16"], default=None, help="to compute in (default: bfloat16 on a GPU that has it); what is trained stays float32")
    add("--gradient-checkpointing", action="store_true", help="less memory, about a third more time")
    add("--reference-scores", default=None, help="reference/logps.jsonl of score_hf.py, so that the reference is not scored here")
    add("--chat-template", default=None, help="file with a chat template instead of the tokenizer's own")
    args = parser.parse_args(argv)
    if not 0 <= args.lam <= 1:
        parser.error(f"--lambda lies between 0 and 1, found {args.lam}")
    if args.margin < 0 or not math.isfinite(args.margin):
        parser.error(f"--margin is a number of nats from 0 up, found {args.margin}")
    if not 0 <= args.smoothing < 1:
        parser.error(f"--smoothing lies in [0, 1), found {args.smoothing}")
    if args.beta <= 0:
        parser.error(f"--beta is above 0, found {args.beta}")
    args.learning_rate = args.learning_rate or (5e-6 if args.lora else 5e-7)
    args.monitor_steps = args.monitor_steps or args.save_steps
    args.reference_batch_size = args.reference_batch_size or args.batch_size
    return args


def check_resumed(output: Path, identity: dict) -> None:
    """A run goes on as what it was begun: its record would otherwise tell of one run what is true of another."""
    before = read_run(output)
    if before is None:
        raise BundleError(f"{output} holds no run to go on with. Leave out --resume.")
    known = {**before.get("settings", {}), **before}
    differ = [
        f"{key} (was {known.get(key)!r}, is {value!r})" for key, value in sorted(identity.items()) if known.get(key) != value
    ]
    if differ:
        raise BundleError(
            f"{output} was begun otherwise: {'; '.join(differ)}. Give the same options beside the bundle it was begun with, or train "
            "into another folder."
        )


def main(argv: list[str] | None = None) -> int:
    args = parse(argv)
    manifest = read_manifest()
    output = Path(args.output)
    if (output / "run.json").exists() and not args.resume:
        raise BundleError(f"{output} holds a run. Name another folder, or go on with --resume.")
    identity = {
        "export": manifest["export"],
        "bundle": manifest["dataset"]["sha256"],
        "objective": {
            **{"beta": args.beta, "lambda": args.lam, "margin": args.margin, "smoothing": args.smoothing},
            "loss": "sigmoid",
        },
        "model": Path(args.model).name,
    }
    if args.resume:
        check_resumed(output, {**identity, "lora": args.lora, "seed": args.seed})
    penalty_files, monitoring_files = files_of(manifest, "penalty"), files_of(manifest, "monitoring")
    if args.lam > 0 and not penalty_files:
        raise BundleError(
            "this bundle has no penalty parts (the held-out tuning half is too small to be divided, see manifest.json). "
            "Train plain DPO with --lambda 0, or tag more prompts as held-out and export again."
        )

    # Slow to import; --help and wrong options should not wait for them.
    import torch
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, PrinterCallback, set_seed
    from transformers.trainer_utils import get_last_checkpoint
    from transformers.utils import logging
    from trl import DPOConfig

    from gdpo_trainer import GdpoTrainer, versions
    from memorising_stop import MemorisingStop

    set_seed(args.seed)
    if not sys.stderr.isatty():
        logging.disable_progress_bar()
    on_gpu = torch.cuda.is_available()
    dtype = args.dtype or ("bfloat16" if on_gpu and torch.cuda.is_bf16_supported() else "float32")
    # The launch file says what GPUs mostly have.
    os.environ["ACCELERATE_MIXED_PRECISION"] = "bf16" if dtype == "bfloat16" else "no"
    config = DPOConfig(
        output_dir=str(output),
        beta=args.beta,
        loss_type=["sigmoid"],
        seed=args.seed,
        data_seed=args.seed,
        learning_rate=args.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=args.warmup_steps,
        num_train_epochs=args.epochs,
        max_steps=args.max_steps,
        per_device_train_batch_size=args.batch_size,
        per_device_eval_batch_size=args.batch_size,
        gradient_accumulation_steps=args.gradient_accumulation,
        gradient_checkpointing=args.gradient_checkpointing,
        max_length=args.max_length,
        # The reference is needed for R too, and in float32 sums of whole responses: computed once, before the first step.
        precompute_ref_log_probs=True,
        bf16=dtype == "bfloat16",
        use_cpu=not on_gpu,
        save_strategy="steps",
        save_steps=args.save_steps,
        save_only_model=not args.resumable,
        eval_strategy="no",
        logging_steps=1,
        report_to="none",
        push_to_hub=False,
        trust_remote_code=False,
        disable_tqdm=not sys.stderr.isatty(),
    )
    tokenizer = load_tokenizer(args.model, args.chat_template)
    tokens = Tokens(tokenizer)
    reference = None if args.reference_scores is None else read_reference(args.reference_scores)

    def dataset(files: list[str], limit: int | None = None) -> tuple[Dataset | None, list[str], dict[str, int]]:
        """Tokenised pairs of files, their clusters, and how many are left out why."""
        rows = (row for name in files for row in read_rows(HERE, name, manifest))
        kept, clusters, left_out = training_pairs(rows, tokens, args.max_length, reference, limit)
        return (Dataset.from_list(kept) if kept else None), clusters, left_out

    fits = f"fits --max-length {args.max_length}{'' if reference is None else ' and is in --reference-scores'}"
    train, _, train_left = dataset(files_of(manifest, "train"))
    if train is None:
        raise BundleError(f"no training pair {fits}.")
    penalty, _, penalty_left = dataset(penalty_files)
    if args.lam > 0 and penalty is None:
        raise BundleError(f"no pair of the penalty parts {fits}. Train plain DPO with --lambda 0, or give more room.")
    looks = {
        "eval": dataset(files_of(manifest, "eval"), args.monitor_pairs),
        "penalty": dataset(penalty_files, args.monitor_pairs),
        "monitoring": dataset(monitoring_files, args.monitor_pairs),
    }
    if tokens.mismatched:
        print(f"warning: {tokens.mismatched} prompts end in other tokens once the response follows; cut as TRL cuts", file=sys.stderr)

    # A step of 5e-7 is lost in a weight of bfloat16: what is trained is kept in float32, and only what stays as it is need not be.
    model = AutoModelForCausalLM.from_pretrained(
        args.model, dtype=getattr(torch, dtype if args.lora else "float32"), trust_remote_code=False, use_safetensors=True
    )
    peft_config = None
    if args.lora:
        from peft import LoraConfig

        peft_config = LoraConfig(
            r=args.lora_rank,
            lora_alpha=args.lora_alpha,
            target_modules=args.lora_targets or "all-linear",
            task_type="CAUSAL_LM",
        )
    trainer = GdpoTrainer(
        model=model,
        args=config,
        train_dataset=train,
        processing_class=tokenizer,
        peft_config=peft_config,
        penalty_dataset=penalty if args.lam > 0 else None,
        lam=args.lam,
        margin=args.margin,
        smoothing=args.smoothing,
        reference_batch_size=args.reference_batch_size,
        looks={name: (data, clusters) for name, (data, clusters, _) in looks.items() if data is not None},
        metrics_file=output / "metrics.jsonl",
    )
    stop = MemorisingStop(trainer, every=args.monitor_steps, patience=args.patience)
    trainer.add_callback(stop)
    # metrics.jsonl has every step; the looks are printed.
    trainer.remove_callback(PrinterCallback)
    left_out = {
        "train": train_left,
        "penalty": penalty_left,
        **{f"looked_at_{name}": counts for name, (_, _, counts) in looks.items()},
    }
    if trainer.accelerator.is_main_process:
        for name, counts in left_out.items():
            if any(counts.values()):
                print(
                    f"{name}: {counts['too_long']} pairs left out as too long for --max-length {args.max_length}, "
                    f"{counts['without_reference']} without reference scores",
                    file=sys.stderr,
                )
    record = {
        "kind": "pairwright-training-run",
        **identity,
        "settings": {key: value for key, value in sorted(vars(args).items()) if key not in ("model", "output", "resume")},
        "dtype": dtype,
        "world_size": trainer.accelerator.num_processes,
        "distributed": trainer.accelerator.distributed_type.value,
        "pairs": {
            "train": len(train),
            "penalty": 0 if penalty is None else len(penalty),
            **{f"looked_at_{name}": len(data) for name, (data, _, _) in looks.items() if data is not None},
        },
        **{f"left_out_{why}": {name: counts[why] for name, counts in left_out.items()} for why in ("too_long", "without_reference")},
        "versions": versions(),
    }

    def write_record(**more) -> None:
        if trainer.accelerator.is_main_process:
            output.mkdir(parents=True, exist_ok=True)
            draft = output / "run.json.tmp"
            draft.write_text(json.dumps({**record, **more}, indent=2, sort_keys=True) + "\n", encoding="utf-8")
            draft.replace(output / "run.json")

    write_record(state="running")
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(output)) if args.resume else None)
    write_record(state="stopped" if stop.message else "finished", steps=trainer.state.global_step, stopped=stop.message)
    if trainer.accelerator.is_main_process:
        if stop.message:
            print(f"stopped: {stop.message}")
        print(f"{trainer.state.global_step} steps; checkpoints, run.json and metrics.jsonl are in {output}")
        print(f"next: python score_hf.py --reference {args.model} --run {args.output} --out scores")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
