"""The probe against scikit-learn on the same features and folds: `sklearn_probe.py DUMP.json`, a dump of dump-probe.ts.

LogisticRegression without intercept on rows (x, 1) and (-x, 0): antisymmetric, so both hold the same information; with weights
(1-s)/n_T and s/n_R it minimises the probe's objective at C = 1/rho. Prints figures side by side; exit 1 where they differ.
"""
import json
import sys
import time

try:
    import numpy as np
    import scipy.sparse as sp
    from sklearn.linear_model import LogisticRegression
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(0)

dump = json.load(open(sys.argv[1]))
start = np.array(dump["start"], dtype=np.int64)
rows = len(start) - 1
sparse = sp.csr_matrix((np.array(dump["value"], float), np.array(dump["column"]), start), (rows, dump["columns"]))
sparse.sum_duplicates()
x = sp.hstack([sparse, sp.csr_matrix(np.array(dump["dense"]).reshape(rows, dump["width"]))]).tocsr()
fold = np.array(dump["fold"])
train = np.arange(rows) < dump["train"]


def figures(z):
    p = 1 / (1 + np.exp(-z))
    confidence = np.maximum(p, 1 - p)
    correct = np.where(z > 0, 1.0, np.where(z < 0, 0.0, 0.5))
    return {
        "accuracy": correct.mean(),
        "nll": np.logaddexp(0, -z).mean(),
        "over-confidence": confidence.mean() - correct.mean(),
    }


worst = 0.0
for point in dump["points"]:
    s, began = point["s"], time.perf_counter()
    margins = np.zeros(rows)
    dense_weights = []
    for f in range(fold.max() + 1):
        t, r = np.flatnonzero(train & (fold != f)), np.flatnonzero(~train & (fold != f))
        used = np.concatenate([t, r]) if s > 0 else t
        weight = np.where(train[used], (1 - s) / len(t), s / len(r))
        keep = weight > 0
        used, weight = used[keep], weight[keep]
        # Both orders with half the weight each: the same objective, and two classes for scikit-learn.
        both = sp.vstack([x[used], -x[used]])
        label = np.r_[np.ones(len(used)), np.zeros(len(used))]
        model = LogisticRegression(C=1 / point["ridge"], fit_intercept=False, tol=1e-10, max_iter=20000)
        model.fit(both, label, sample_weight=np.r_[weight, weight] / 2)
        own = np.flatnonzero(fold == f)
        margins[own] = x[own] @ model.coef_[0]
        dense_weights.append(model.coef_[0][dump["columns"]:])
    ours = np.array(point["margins"])
    took = time.perf_counter() - began
    coefficient = np.abs(np.mean(dense_weights, axis=0) - np.array(point["dense"])).max()
    print(f"s = {s}, ridge = {point['ridge']:.4g}, certificate {point['gap']:.1e}; scikit-learn {took:.1f} s for 5 fits")
    print(f"  largest difference: named coefficients {coefficient:.1e}, out-of-fold margins {np.abs(margins - ours).max():.1e}")
    for name, part in (("train", train), ("held-out", ~train)):
        theirs, own_figures = figures(margins[part]), figures(ours[part])
        for key, value in theirs.items():
            worst = max(worst, abs(value - own_figures[key]))
            print(f"  {name:9}{key:16} pairwright {own_figures[key]: .6f}   scikit-learn {value: .6f}   {own_figures[key] - value:+.1e}")
    worst = max(worst, coefficient)
print(f"largest difference of a figure: {worst:.1e}")
sys.exit(0 if worst <= 2e-4 else 1)
