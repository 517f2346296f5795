"""Reading a Pairwright training bundle: its manifest, its files, and their tokens as TRL's DPOTrainer makes them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

# Nothing is reported to anybody. Set before a library of Hugging Face is imported.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DISABLE_TELEMETRY", "1")

HERE = Path(__file__).resolve().parent


class BundleError(SystemExit):
    """What is wrong and what to do; ends the program with exit code 1."""

    def __init__(self, message: str) -> None:
        super().__init__(f"error: {message}")


def read_manifest(folder: Path = HERE) -> dict:
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read ({error}). Export the bundle again.") from error
    if manifest.get("kind") != "pairwright-training-bundle" or manifest.get("format") != 1:
        raise BundleError(f"{path} is not the manifest of a bundle that these scripts read. Export the bundle again.")
    return manifest


def read_rows(folder: Path, name: str, manifest: dict) -> list[dict]:
    """Rows of one data file. The file has to be the one that the manifest describes: a run says what it was trained on."""
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path} cannot be read ({error}). Export the bundle again.") from error
    if hashlib.sha256(content).hexdigest() != manifest["files"][name]["sha256"]:
        raise BundleError(f"{path} is not what the manifest describes: it was changed. Export the bundle again.")
    return [json.loads(line) for line in content.decode("utf-8").split("\n") if line]


def files_of(manifest: dict, role: str) -> list[str]:
    """Names of the data files with a role: train, eval, penalty, monitoring, retention, unlabelled, sealed."""
    return sorted(name for name, facts in manifest["files"].items() if facts.get("role") == role)


def load_tokenizer(path: str, chat_template: str | None = None):
    """The tokenizer in a model's folder; `chat_template` is a file that replaces its template."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(path, trust_remote_code=False)
    if chat_template is not None:
        tokenizer.chat_template = Path(chat_template).read_text(encoding="utf-8")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token is None:
        raise BundleError(f"the tokenizer in {path} has neither an end token nor a padding token.")
    return tokenizer


class Tokens:
    """
    Prompt and response tokens with TRL's rules (DPOTrainer 1.13): chats go through the chat template, once as the prompt with the
    generation prompt and once whole; texts get the end token unless they end with it; the whole is cut at the prompt's length. A
    whole that does not begin with the prompt's tokens is cut all the same, and counted.
    """

    def __init__(self, tokenizer) -> None:
        self._tokenizer = tokenizer
        self.mismatched = 0

    def _chat(self, messages: list[dict], tools, **options) -> list[int]:
        return self._tokenizer.apply_chat_template(messages, tools=tools, tokenize=True, return_dict=True, **options)["input_ids"]

    def split(self, prompt, responses: list, tools=None) -> tuple[list[int], list[list[int]]]:
        """Tokens of the prompt, and of each response after it."""
        if isinstance(prompt, list):
            if self._tokenizer.chat_template is None:
                raise BundleError(
                    "the tokenizer has no chat template, and the rows are chats. Give one with --chat-template FILE, "
                    "or export the bundle with --format trl-standard."
                )
            tools = json.loads(tools) if isinstance(tools, str) else tools
            prompt_ids = self._chat(prompt, tools, add_generation_prompt=True)
            wholes = [self._chat(prompt + response, tools) for response in responses]
        else:
            end = self._tokenizer.eos_token
            prompt_ids = self._tokenizer(text=prompt)["input_ids"]
            texts = [response if response.endswith(end) else response + end for response in responses]
            wholes = [self._tokenizer(text=prompt + text)["input_ids"] for text in texts]
        self.mismatched += sum(whole[: len(prompt_ids)] != prompt_ids for whole in wholes)
        return prompt_ids, [whole[len(prompt_ids) :] for whole in wholes]


def sides(row: dict) -> tuple:
    """The two responses by canonical side, a then b, whatever the row's label."""
    if "response_a" in row:
        return row["response_a"], row["response_b"]
    return (row["chosen"], row["rejected"]) if row["chosen_side"] == "a" else (row["rejected"], row["chosen"])


def training_pairs(
    rows, tokens: Tokens, max_length: int, reference: dict[str, tuple[float, float]] | None = None, limit: int | None = None
) -> tuple[list[dict], list[str], dict[str, int]]:
    """
    Tokens of labelled rows, their clusters, and how many are left out. Without `reference` a pair is too long when its prompt leaves
    no room for a response token: the trainer cuts the rest, and scores the reference on what it has cut. Reference scores of a file
    are sums over whole responses: beside them a pair that would be cut is too long.
    """
    pairs, clusters, left_out = [], [], {"too_long": 0, "without_reference": 0}
    for row in rows:
        if limit is not None and len(pairs) >= limit:
            break
        prompt, (chosen, rejected) = tokens.split(row["prompt"], [row["chosen"], row["rejected"]], row.get("tools"))
        longest = len(prompt) + max(len(chosen), len(rejected))
        if len(prompt) >= max_length or (reference is not None and longest > max_length):
            left_out["too_long"] += 1
            continue
        pair = {"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected}
        if reference is not None:
            if row["id"] not in reference:
                left_out["without_reference"] += 1
                continue
            a, b = reference[row["id"]]
            is_a = row["chosen_side"] == "a"
            pair |= {"ref_chosen_logps": a if is_a else b, "ref_rejected_logps": b if is_a else a}
        pairs.append(pair)
        clusters.append(row["cluster"])
    return pairs, clusters, left_out


def read_run(folder: str | Path) -> dict | None:
    """run.json that train_gdpo.py wrote into its output folder; None where another trainer made the folder."""
    path = Path(folder) / "run.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read ({error}).") from error
    return record if isinstance(record, dict) and record.get("kind") == "pairwright-training-run" else None


def read_reference(path: str) -> dict[str, tuple[float, float]]:
    """What score_hf.py wrote of the reference model: id of a comparison -> summed log-probabilities of sides a and b."""
    try:
        with open(path, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return {row["id"]: (row["a_logps"], row["b_logps"]) for row in rows}
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(f"{path} cannot be read as reference scores ({error!r}).") from error
