#!/usr/bin/env python3
"""
Scores every pair of the bundle beside this file with Hugging Face models: full checkpoints and LoRA adapters. Writes one file a
checkpoint that "pairwright score --engine logprobs" reads: summed log-probabilities of both responses by canonical side (a_logps,
b_logps) and the reference model's (ref_a_logps, ref_b_logps). Labels play no part; they join when the scores come back.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
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
    sides,
)

ROLES = ("train", "eval", "penalty", "monitoring", "retention", "unlabelled", "sealed")


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: python score_hf.py --reference ./base --run out --out scores",
    )
    add = parser.add_argument
    add("--reference", required=True, help="the model that training started from; the base of LoRA adapters, too")
    add("--run", action="append", default=[], help="output folder of train_gdpo.py: each of its checkpoints")
    add("--checkpoint", action="append", default=[], help="a folder with a model or a LoRA adapter; may be given several times")
    add("--out", required=True, help="folder for the files")
    add("--roles", nargs="+", choices=ROLES, default=list(ROLES), help="which files of the bundle (default: all)")
    add("--batch-size", type=int, default=8, help="pairs in one forward pass (default 8)")
    add("--max-length", type=int, default=None, help="pairs with a longer side are left out and counted (default: the run's, else 2048)")
    add("--dtype", choices=["float32", "bfloat16", "float16"], default="float32", help="of the weights (default float32)")
    add("--device-map", default=None, help='"auto" spreads a model over several devices')
    add("--reference-scores", default=None, help="reference/logps.jsonl of an earlier call, instead of scoring it again")
    add("--chat-template", default=None, help="file with a chat template instead of the tokenizer's own")
    args = parser.parse_args(argv)
    if args.batch_size < 1:
        parser.error(f"--batch-size is 1 or more, found {args.batch_size}")
    return args


def step_of(folder: Path) -> int | None:
    found = re.search(r"(\d+)$", folder.name)
    return int(found.group(1)) if found else None


def checkpoints_of(args: argparse.Namespace) -> list[tuple[str, int | None, Path]]:
    """Name, step and folder of each checkpoint, by step within a run."""
    found = []
    for run in args.run:
        folders = [path for path in Path(run).glob("checkpoint-*") if path.is_dir()]
        if not folders:
            raise BundleError(f"{run} holds no checkpoint-* folders.")
        for folder in sorted(folders, key=lambda path: step_of(path) or 0):
            found.append((f"{Path(run).resolve().name}-step{step_of(folder)}", step_of(folder), folder))
    for path in args.checkpoint:
        folder = Path(path)
        if not folder.is_dir():
            raise BundleError(f"--checkpoint {path}: there is no such folder.")
        found.append((folder.resolve().name, step_of(folder), folder))
    names = [name for name, _, _ in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BundleError(f"two checkpoints are called {twice[0]}: rename a folder, or score them in two calls with two --out.")
    return found


def trained_on_of(args: argparse.Namespace, manifest: dict) -> list[str]:
    """
    Values of --trained-on, one where all checkpoints have the same. A run says which export it read: the bundle beside this file may
    have been exported anew since. ":train" is a run without a penalty, which read nothing of R.
    """
    found: dict[str, str] = {}

    def say(name: str, export: str) -> None:
        if found.setdefault(name, export) != export:
            raise BundleError(f"two runs are called {name} and read different exports: score them in two calls with two --out.")

    for name, folder in [
        *((f"{Path(run).resolve().name}-step*", Path(run)) for run in args.run),
        *((Path(path).resolve().name, Path(path).resolve().parent) for path in args.checkpoint),
    ]:
        record = read_run(folder)
        if record is None:
            # Another trainer's. Its checkpoints were made from some export of this bundle, by all that can be known from this one.
            print(
                f"note: {folder} has no run.json of train_gdpo.py, so {name} is taken to be trained on this bundle as it is now",
                file=sys.stderr,
            )
            say(name, manifest["export"][:12])
            continue
        if record["export"] != manifest["export"]:
            print(
                f"note: {name} was trained on export {record['export'][:12]}; the bundle has since become {manifest['export'][:12]}, "
                "and its pairs as they are now are scored",
                file=sys.stderr,
            )
        say(name, record["export"][:12] + (":train" if record["objective"]["lambda"] == 0 else ""))
    if len(set(found.values())) == 1:
        return [next(iter(found.values()))]
    # The first pattern that fits counts, and the longer one says more.
    return [f"{name}={found[name]}" for name in sorted(found, key=lambda name: (-len(name), name))]


def max_length_of(args: argparse.Namespace) -> int:
    if args.max_length is not None:
        return args.max_length
    lengths = {record["settings"]["max_length"] for record in map(read_run, args.run) if record is not None}
    if len(lengths) > 1:
        raise BundleError(f"the runs were trained with different --max-length ({sorted(lengths)}): give one.")
    return lengths.pop() if lengths else 2048


def load_model(folder: str, reference: str, args: argparse.Namespace):
    """A full model, or the reference with the adapter in the folder. Weights from safetensors only, no code from the folder."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    if not sys.stderr.isatty():
        logging.disable_progress_bar()
    is_adapter = (Path(folder) / "adapter_config.json").exists()
    model = AutoModelForCausalLM.from_pretrained(
        reference if is_adapter else folder,
        dtype=getattr(torch, args.dtype),
        trust_remote_code=False,
        use_safetensors=True,
        device_map=args.device_map,
    )
    if is_adapter:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, folder)
    if args.device_map is None and torch.cuda.is_available():
        model = model.to("cuda")
    return model.eval()


def score(model, pairs: list[dict], pad: int, batch_size: int, what: str) -> list[tuple[float, float]]:
    """Summed log-probabilities of both responses of each pair, in the order given. Longest first, so that memory is known at once."""
    import torch
    import torch.nn.functional as F

    order = sorted(range(len(pairs)), key=lambda i: (-pairs[i]["length"], i))
    scores: list[tuple[float, float] | None] = [None] * len(pairs)
    device = next(model.parameters()).device
    for start in range(0, len(order), batch_size):
        some = order[start : start + batch_size]
        rows = [(pairs[i]["prompt"], response) for i in some for response in pairs[i]["responses"]]
        length = max(len(prompt) + len(response) for prompt, response in rows)
        ids = torch.full((len(rows), length), pad, dtype=torch.long)
        attention = torch.zeros((len(rows), length), dtype=torch.long)
        for k, (prompt, response) in enumerate(rows):
            n = len(prompt) + len(response)
            ids[k, :n] = torch.tensor(prompt + response, dtype=torch.long)
            attention[k, :n] = 1
        with torch.no_grad():
            logits = model(input_ids=ids.to(device), attention_mask=attention.to(device), use_cache=False).logits
        sums = []
        for k, (prompt, response) in enumerate(rows):
            # A token is predicted one position before its own; with an empty prompt the first is predicted by nothing.
            first, end = max(len(prompt), 1), len(prompt) + len(response)
            own = F.log_softmax(logits[k, first - 1 : end - 1].float(), dim=-1)
            target = ids[k, first:end].to(own.device)
            # Rounding must not make a probability of more than 1 of it.
            sums.append(min(own.gather(1, target[:, None]).double().sum().item(), 0.0))
        for k, i in enumerate(some):
            scores[i] = (sums[2 * k], sums[2 * k + 1])
        if sys.stderr.isatty():
            print(f"\r{what}: {min(start + batch_size, len(order))} of {len(order)}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return scores


def write_lines(path: Path, rows) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.tmp")
    with draft.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
    draft.replace(path)


def main(argv: list[str] | None = None) -> int:
    args = parse(argv)
    manifest = read_manifest()
    checkpoints = checkpoints_of(args)
    trained_on = trained_on_of(args, manifest)
    max_length = max_length_of(args)
    tokenizer = load_tokenizer(args.reference, args.chat_template)
    tokens = Tokens(tokenizer)
    pairs, too_long = [], 0
    for name in (name for role in ROLES if role in args.roles for name in files_of(manifest, role)):
        for row in read_rows(HERE, name, manifest):
            prompt, responses = tokens.split(row["prompt"], list(sides(row)), row.get("tools"))
            length = len(prompt) + max(len(response) for response in responses)
            if length > max_length or not all(responses):
                too_long += 1
            else:
                pairs.append({"id": row["id"], "prompt": prompt, "responses": responses, "length": length})
    if not pairs:
        raise BundleError(f"no pair fits --max-length {max_length}.")
    if tokens.mismatched:
        print(f"warning: {tokens.mismatched} prompts end in other tokens once the response follows; cut as TRL cuts", file=sys.stderr)

    out = Path(args.out)
    if args.reference_scores is not None:
        known = read_reference(args.reference_scores)
        missing = sum(pair["id"] not in known for pair in pairs)
        if missing:
            raise BundleError(f"{args.reference_scores} lacks {missing} of {len(pairs)} pairs: leave it out to score them.")
        reference = [known[pair["id"]] for pair in pairs]
    else:
        model = load_model(args.reference, args.reference, args)
        reference = score(model, pairs, tokenizer.pad_token_id, args.batch_size, "reference")
        del model
        write_lines(
            out / "reference" / "logps.jsonl",
            ({"id": pair["id"], "a_logps": a, "b_logps": b} for pair, (a, b) in zip(pairs, reference, strict=True)),
        )
    for name, step, folder in checkpoints:
        model = load_model(str(folder), args.reference, args)
        scores = score(model, pairs, tokenizer.pad_token_id, args.batch_size, name)
        del model
        write_lines(
            out / f"{name}.jsonl",
            (
                {
                    "id": pair["id"],
                    "checkpoint": name,
                    **({} if step is None else {"step": step}),
                    **{"a_logps": a, "b_logps": b, "ref_a_logps": ref_a, "ref_b_logps": ref_b},
                    **{"a_tokens": len(pair["responses"][0]), "b_tokens": len(pair["responses"][1])},
                }
                for pair, (a, b), (ref_a, ref_b) in zip(pairs, scores, reference, strict=True)
            ),
        )
        print(f"{out / f'{name}.jsonl'}: {len(pairs)} pairs")
    if too_long:
        print(f"{too_long} pairs left out: a side is longer than {max_length} tokens, or has no token")
    if checkpoints:
        options = " ".join(f"--trained-on {shlex.quote(value)}" for value in trained_on)
        print(f"next: pairwright score --engine logprobs --logprobs {out}/*.jsonl {options}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
