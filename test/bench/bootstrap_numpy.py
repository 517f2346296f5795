"""1,000 cluster-bootstrap resamples in numpy, three ways: what bootstrap.bench.ts compares with. Prints one JSON line."""

import json
import sys
import time

import numpy as np

BINS = 15


def metrics(hits, decided, nll, brier, gap, weight, correct):
    """Headline metrics of resamples from their sums; the last three hold one column a bin."""
    total = weight.sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        band = correct / weight
    return (
        np.stack([hits / decided, nll / total, brier / total, gap.sum(-1) / total, np.abs(gap).sum(-1) / total], -1),
        band,
    )


def summary(out, band):
    with np.errstate(invalid="ignore"):
        return np.quantile(out, [0.025, 0.975], axis=0), np.nanquantile(band, [0.025, 0.975], axis=0)


def by_rows(d, draws, rng):
    """As most bootstrap code is written: the drawn clusters' rows, gathered, and the metrics of those rows."""
    order = np.argsort(d["cluster"], kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(d["cluster"]))[:-1])
    out = np.empty((draws, 5))
    band = np.empty((draws, BINS))
    for r in range(draws):
        i = np.concatenate([rows[g] for g in rng.integers(0, d["clusters"], d["clusters"])])
        binned = [np.bincount(d["bin"][i], d[k][i], BINS) for k in ("gap", "one", "correct")]
        sums = [d[k][i].sum() for k in ("hits", "decided", "nll", "brier")]
        out[r], band[r] = metrics(*sums, *binned)
    return summary(out, band)


def by_weights(d, draws, rng):
    """One resample after the other: how often each cluster is drawn weighs its pairs."""
    out = np.empty((draws, 5))
    band = np.empty((draws, BINS))
    for r in range(draws):
        w = np.bincount(rng.integers(0, d["clusters"], d["clusters"]), minlength=d["clusters"])[d["cluster"]]
        binned = [np.bincount(d["bin"], w * d[k], BINS) for k in ("gap", "one", "correct")]
        out[r], band[r] = metrics(w @ d["hits"], w @ d["decided"], w @ d["nll"], w @ d["brier"], *binned)
    return summary(out, band)


def by_product(d, draws, rng):
    """All at once: a matrix of counts times the totals of every cluster."""
    clusters = d["clusters"]
    totals = np.zeros((clusters, 4 + 3 * BINS))
    for j, key in enumerate(("hits", "decided", "nll", "brier")):
        totals[:, j] = np.bincount(d["cluster"], d[key], clusters)
    cell = d["cluster"] * BINS + d["bin"]
    for j, key in enumerate(("gap", "one", "correct")):
        totals[:, 4 + j * BINS : 4 + (j + 1) * BINS] = np.bincount(cell, d[key], clusters * BINS).reshape(clusters, BINS)
    drawn = rng.integers(0, clusters, (draws, clusters)) + clusters * np.arange(draws)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=draws * clusters).reshape(draws, clusters).astype(float)
    sums = counts @ totals
    return summary(*metrics(*sums[:, :4].T, *(sums[:, 4 + j * BINS : 4 + (j + 1) * BINS] for j in range(3))))


def main():
    given = json.load(open(sys.argv[1]))
    draws, rounds = given["draws"], given["rounds"]
    p, y = np.array(given["p"]), np.array(given["y"])
    cluster = np.array(given["cluster"])
    conf = np.maximum(p, 1 - p)
    correct = np.where(p > 0.5, y, np.where(p < 0.5, 1 - y, 0.5))
    decided = (y != 0.5).astype(float)
    d = {
        "clusters": int(cluster.max()) + 1,
        "cluster": cluster,
        "bin": np.minimum(np.floor(conf * 2 * BINS).astype(int) - BINS, BINS - 1),
        "one": np.ones(len(p)),
        "gap": conf - correct,
        "correct": correct,
        "nll": -y * np.log(p) - (1 - y) * np.log1p(-p),
        "brier": (p - y) ** 2 + y * (1 - y),
        "hits": decided * np.where(p == 0.5, 0.5, (p > 0.5) == (y >= 0.5)),
        "decided": decided,
    }
    result = {}
    for name, run in (("rows", by_rows), ("weights", by_weights), ("product", by_product)):
        times = []
        for seed in range(rounds + 1):
            rng = np.random.default_rng(seed)
            start = time.perf_counter()
            headline, band = run(d, draws, rng)
            times.append((time.perf_counter() - start) * 1000)
        # The first is a warm-up.
        result[name] = {"ms": times[1:], "headline": headline.tolist()}
    print(json.dumps({"numpy": np.__version__, **result}))


main()
