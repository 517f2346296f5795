"""How long scikit-learn takes for 5 folds x 5 ridges x 6 values of s: `sklearn_path.py FOLDER`, files of full-run.bench.ts.

LogisticRegression (lbfgs, its default tolerance) without intercept on sparse rows, two fits at a time. The rows' signs are drawn
(x, 1 or -x, 0 mean the same here), which is half the work of giving both orders. Prints wall seconds.
"""
import json
import sys
import time

try:
    import numpy as np
    import scipy.sparse as sp
    from joblib import Parallel, delayed
    from sklearn.linear_model import LogisticRegression
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(0)

folder = sys.argv[1]
shape = json.load(open(f"{folder}/shape.json"))
rows, columns, width = shape["rows"], shape["columns"], shape["width"]


def read(name, kind):
    return np.fromfile(f"{folder}/{name}", kind)


sparse = sp.csr_matrix((read("value", "i1").astype(float), read("column", "i4"), read("start", "i4")), (rows, columns))
x = sp.hstack([sparse, sp.csr_matrix(read("dense", "f8").reshape(rows, width))]).tocsr()
train, reference, fold = read("train", "i4"), read("reference", "i4"), read("fold", "i4")
label = np.random.default_rng(0).integers(0, 2, rows)
x = (sp.diags(2.0 * label - 1) @ x).tocsr()


def fit(f, s, ridge):
    t, r = train[fold[train] != f], reference[fold[reference] != f]
    parts = [(t, (1 - s) / len(t)), (r, s / len(r))]
    used = np.concatenate([part for part, weight in parts if weight > 0])
    weight = np.concatenate([np.full(len(part), weight) for part, weight in parts if weight > 0])
    model = LogisticRegression(C=1 / ridge, fit_intercept=False, max_iter=10000)
    model.fit(x[used], label[used], sample_weight=weight)


tasks = [(f, s, ridge) for s in (0, 0.2, 0.4, 0.6, 0.8, 1) for ridge in (1, 0.1, 0.03, 0.01, 0.001) for f in range(5)]
# Workers are started before the clock is.
with Parallel(n_jobs=2, max_nbytes="1M") as parallel:
    parallel(delayed(abs)(i) for i in range(4))
    began = time.perf_counter()
    parallel(delayed(fit)(*task) for task in tasks)
    took = time.perf_counter() - began
print(took)
