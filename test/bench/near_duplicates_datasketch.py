"""Near-duplicates by MinHash (128 permutations) and LSH at 0.8, shingling included; prints what it used, seconds and recall.

Uses datasketch where it is installed. Elsewhere the same steps are written out in numpy (SHA-1 of each shingle to 32 bits, a*h+b mod
2^61-1, minima, 9 bands of 13 rows in dictionaries of bytes: what datasketch chooses at 0.8), which leaves out the library's own
overhead and so is the harder opponent.
"""

import gc
import hashlib
import json
import struct
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np

REPEATS = 3
PERMUTATIONS = 128
BANDS, ROWS = 9, 13

try:
    import datasketch
except ImportError:
    datasketch = None


def shingles(text):
    words = unicodedata.normalize("NFKC", text).lower().split()
    if len(words) < 5:
        return {" ".join(words)} if words else set()
    return {" ".join(words[i : i + 5]) for i in range(len(words) - 4)}


def with_datasketch(texts):
    lsh = datasketch.MinHashLSH(threshold=0.8, num_perm=PERMUTATIONS)
    found = set()
    sets = ([s.encode() for s in shingles(text)] for text in texts)
    for i, sketch in enumerate(datasketch.MinHash.generator(sets, num_perm=PERMUTATIONS)):
        for j in lsh.query(sketch):
            found.add((j, i))
        lsh.insert(i, sketch, check_duplication=False)
    return found


def with_numpy(texts):
    prime = np.uint64((1 << 61) - 1)
    low = np.uint64((1 << 32) - 1)
    random = np.random.RandomState(1)
    a = random.randint(1, prime, PERMUTATIONS, dtype=np.uint64)
    b = random.randint(0, prime, PERMUTATIONS, dtype=np.uint64)
    tables = [{} for _ in range(BANDS)]
    found = set()
    for i, text in enumerate(texts):
        hashes = [struct.unpack("<I", hashlib.sha1(s.encode()).digest()[:4])[0] for s in shingles(text)]
        column = np.array(hashes, dtype=np.uint64).reshape(-1, 1)
        minima = (((column * a + b) % prime) & low).min(axis=0)
        near = set()
        for band, table in enumerate(tables):
            key = minima[band * ROWS : (band + 1) * ROWS].tobytes()
            bucket = table.setdefault(key, [])
            near.update(bucket)
            bucket.append(i)
        for j in near:
            found.add((j, i))
    return found


folder = Path(sys.argv[1])
texts = json.loads((folder / "texts.json").read_text())
expected = {tuple(pair) for pair in json.loads((folder / "pairs.json").read_text())}
work = with_numpy if datasketch is None else with_datasketch
seconds = []
for _ in range(REPEATS):
    gc.collect()
    started = time.perf_counter()
    found = work(texts)
    seconds.append(time.perf_counter() - started)
what = "datasketch" if datasketch is not None else "datasketch's algorithm in numpy (datasketch is not installed)"
print(json.dumps({"what": what, "seconds": seconds, "recall": len(expected & found) / len(expected)}))
