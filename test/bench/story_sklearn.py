"""One train/held-out pairing told three ways: `story_sklearn.py DUMP.json`, a dump of story.bench.ts.

1. pairwright: out-of-fold figures on R for s = 0 (DPO) and pooled, as the report has them.
2. the same features and folds, fitted by scikit-learn. Exit 1 where a figure differs by more than 2e-4.
3. nothing shared: CountVectorizer word 1-2-grams of each response, presence, and log length; own folds by prompt, C chosen by
   out-of-fold loss on train and R. Agrees in the story, not in the digits.
"""
import json
import sys

try:
    import numpy as np
    import scipy.sparse as sp
    from scipy.stats import t as student
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(0)

dump = json.load(open(sys.argv[1]))
rows = dump["rows"]
n = len(rows)
train = np.array([row["split"] == "train" for row in rows])
y = np.array([row["y"] for row in rows])
strength = np.array([row["weight"] for row in rows])
cluster = np.unique([row["split"] + row["cluster"] for row in rows], return_inverse=True)[1]


def figures(z, part):
    """NLL, correct and over-confidence over vote shares, and over-confidence's one-sided clustered p."""
    z, share, group = z[part], y[part], cluster[part]
    p = 1 / (1 + np.exp(-z))
    nll = (share * np.logaddexp(0, -z) + (1 - share) * np.logaddexp(0, z)).mean()
    correct = np.where(z > 0, share, np.where(z < 0, 1 - share, 0.5))
    over = np.maximum(p, 1 - p) - correct
    groups = np.unique(group)
    sums = np.array([over[group == g].sum() for g in groups])
    sizes = np.array([(group == g).sum() for g in groups])
    left = (sums.sum() - sums) / (sizes.sum() - sizes)
    se = np.sqrt((len(groups) - 1) / len(groups) * ((left - left.mean()) ** 2).sum())
    return nll, correct.mean(), over.mean(), student.sf(over.mean() / se, len(groups) - 1)


def fit(x, used, weight, ridge):
    """min sum w [y ln(1+e^-z) + (1-y) ln(1+e^z)] + ridge/2 |theta|^2, no intercept; both orders, so that there are two classes."""
    both = sp.vstack([x[used], x[used], -x[used], -x[used]])
    label = np.r_[np.ones(len(used)), np.zeros(len(used)), np.zeros(len(used)), np.ones(len(used))]
    share = y[used]
    parts = np.r_[weight * share, weight * (1 - share), weight * share, weight * (1 - share)] / 2
    keep = parts > 0
    model = LogisticRegression(C=1 / ridge, fit_intercept=False, tol=1e-9, max_iter=20000)
    return model.fit(both[keep], label[keep], sample_weight=parts[keep]).coef_[0]


def out_of_fold(x, fold, s, ridge, weigh):
    z = np.zeros(n)
    for f in range(fold.max() + 1):
        weight = np.zeros(n)
        for part, share in ((train, 1 - s), (~train, s)):
            inside = part & (fold != f)
            weight[inside] = share * weigh[inside] / weigh[inside].sum()
        used = np.flatnonzero(weight)
        own = np.flatnonzero(fold == f)
        z[own] = x[own] @ fit(x, used, weight[used], ridge)
    return z


# 2. The probe's own features and folds.
plus = sp.csr_matrix((n, dump["columns"]))
indices = [row["plus"] + row["minus"] for row in rows]
values = np.concatenate([[1.0] * len(row["plus"]) + [-1.0] * len(row["minus"]) for row in rows])
sparse = sp.csr_matrix((values, np.concatenate(indices), np.cumsum([0] + [len(i) for i in indices])), (n, dump["columns"]))
sparse.sum_duplicates()
dense = np.array([row["dense"] for row in rows])
fold = np.array([row["fold"] for row in rows])
scale = np.sqrt((dense[train] ** 2).mean(axis=0))
scale = np.where(scale > 0, scale, np.sqrt((dense[~train] ** 2).mean(axis=0)))
shared = sp.hstack([sparse, sp.csr_matrix(dense / np.where(scale > 0, scale, 1))]).tocsr()

# 3. Nothing shared.
counter = CountVectorizer(ngram_range=(1, 2), binary=True, min_df=4, dtype=np.float64)
texts = counter.fit_transform([row[side] for side in ("chosen", "rejected") for row in rows])
length = np.array([[np.log1p(len(row["chosen"])) - np.log1p(len(row["rejected"]))] for row in rows])
length /= np.sqrt((length**2).mean())
own = sp.hstack([texts[:n] - texts[n:], sp.csr_matrix(length)]).tocsr()
random = np.random.default_rng(7)
own_fold = random.permutation(np.arange(cluster.max() + 1) % 5)[cluster]

worst = 0.0
held = ~train
print(f"\n{dump['train']} -> {dump['heldout']}: {train.sum()} train pairs, {held.sum()} of R in {len(np.unique(cluster[held]))} clusters")
print(f"  {'':34}{'loss on R':>10}{'correct':>10}{'over-conf.':>12}{'p':>10}")
for name, point in zip(("DPO (s = 0)", "pooled"), dump["points"]):
    s = point["s"]
    ours = (point["nll"]["value"], point["correct"], point["overconfidence"]["value"], point["alarm"]["p"])
    same = figures(out_of_fold(shared, fold, s, point["ridge"], strength), held)
    tried = []
    for ridge in (0.03, 0.1, 0.3):
        z = out_of_fold(own, own_fold, s, ridge, np.ones(n))
        tried.append(((1 - s) * figures(z, train)[0] + s * figures(z, held)[0], z))
    other = figures(min(tried, key=lambda each: each[0])[1], held)
    for who, (nll, correct, over, p) in (("pairwright", ours), ("scikit-learn, same features", same), ("scikit-learn, own features", other)):
        print(f"  {name + ', ' + who:42.42}{nll:10.4f}{correct:10.4f}{over:+12.4f}{p:10.1e}")
    worst = max(worst, *(abs(a - b) for a, b in zip(ours[:3], same[:3])))
    told = ["alarm" if figure[3] < 0.05 else "no alarm" for figure in (ours, other)]
    below = ["below chance" if figure[1] < 0.5 else "above chance" for figure in (ours, other)]
    print(f"  {name}: pairwright says {below[0]}, {told[0]}; own features say {below[1]}, {told[1]}")
print(f"  largest difference of a figure on the same features: {worst:.1e}")
sys.exit(0 if worst <= 2e-4 else 1)
