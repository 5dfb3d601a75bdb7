# Statistics of random data, by SciPy where it has them and by brute force where it has not, for
# decide_scipy_test. Reads a JSON object a line from standard input and writes one a line:
#
#   {"differences": [...], "level": a}  p and T (SciPy's), the estimate and the interval
#   {"p": [...]}                        Benjamini and Hochberg's q, Holm's p
#   {"chance": c, "degrees": n}         Student's t: the quantile
#
# SPDX-License-Identifier: MIT
import itertools
import json
import statistics
import sys

from scipy import stats


def of_differences(d, level):
    n = len(d)
    walsh = sorted((d[i] + d[j]) / 2 for i in range(n) for j in range(i, n))
    # The distribution by counting, in integers.
    counts = [1]
    for rank in range(1, n + 1):
        counts = [
            (counts[s] if s < len(counts) else 0) + (counts[s - rank] if s >= rank else 0)
            for s in range(len(counts) + rank)
        ]
    sums = list(itertools.accumulate(counts))
    cut = -1
    while sums[cut + 1] / 2**n <= level / 2:
        cut += 1
    said = {"estimate": statistics.median(walsh), "cut": cut, "low": None, "high": None}
    if cut >= 0:
        said["low"], said["high"] = walsh[cut], walsh[len(walsh) - 1 - cut]
    sizes = [abs(x) for x in d]
    if 0 not in sizes and len(set(sizes)) == n:
        said["p"] = stats.wilcoxon(d, mode="exact").pvalue
    else: # the tie rule: each tie and zero counts against a difference
        t = min(sum(w <= 0 for w in walsh), sum(w >= 0 for w in walsh))
        said["p"] = min(1, 2 * sums[t] / 2**n)
    return said


def adjusted(p):
    m = len(p)
    order = sorted(range(m), key=lambda i: p[i])
    q, holm = [0] * m, [0] * m
    for i, at in enumerate(order):
        q[at] = min(min(1, m * p[order[j]] / (j + 1)) for j in range(i, m))
        holm[at] = min(1, max((m - j) * p[order[j]] for j in range(i + 1)))
    return {"q": q, "holm": holm}


for line in sys.stdin:
    asked = json.loads(line)
    if "differences" in asked:
        answer = of_differences(asked["differences"], asked["level"])
    elif "p" in asked:
        answer = adjusted(asked["p"])
    else:
        answer = {"quantile": stats.t.ppf(asked["chance"], asked["degrees"])}
    print(json.dumps(answer))
