"""Writes what llama.cpp's samplers keep as golden figures.

    python golden_llama.py ../../../sampling/src/test/resources/dev/espalier/sampling/llama.json

Rows are those of golden_sampling.py. llama.cpp computes in single precision, in which a sum over
128,256 tokens is off by more than the distance of neighbours; so for the cuts by a sum the set is
computed once more in double. Where the two differ, in 9 of 189 cases, rounding decided: the file has
the double one, and as "rounded" how many tokens llama.cpp kept.
"""

import json
import sys

import numpy as np
from golden_sampling import CONTEXT, fnv, row
from llama_samplers import Llama


def methods(llama):
    bias = {3: 2.5, 7: -float("inf"), 11: -1.25}
    return {
        "top_k 1": lambda: [llama.top_k(1)],
        "top_k 40": lambda: [llama.top_k(40)],
        "top_p 0.5": lambda: [llama.top_p(0.5)],
        "top_p 0.95": lambda: [llama.top_p(0.95)],
        "min_p 0.05": lambda: [llama.min_p(0.05)],
        "min_p 0.2": lambda: [llama.min_p(0.2)],
        "typical 0.2": lambda: [llama.typical(0.2)],
        "typical 0.9": lambda: [llama.typical(0.9)],
        "top_n_sigma 1": lambda: [llama.top_n_sigma(1)],
        "top_n_sigma 2.5": lambda: [llama.top_n_sigma(2.5)],
        "xtc 0.1": lambda: [llama.xtc(1, 0.1)],
        "xtc 0.01": lambda: [llama.xtc(1, 0.01)],
        "temperature 0.7": lambda: [llama.temp(0.7)],
        "temperature 0": lambda: [llama.temp(0)],
        "dynamic_temperature 0.8": lambda: [llama.temp_ext(0.8, 0.5, 1)],
        "mirostat_v1 3": lambda: [llama.mirostat(3, 0.1)],
        "mirostat_v2 2": lambda: [llama.mirostat_v2(2, 0.1)],
        "penalties 1.3": lambda: [llama.penalties(64, 1.3, 0.25, 0.5)],
        "dry 0.8": lambda: [llama.dry(0.8, 1.75, 2, 64)],
        "logit_bias 0": lambda: [llama.logit_bias(bias)],
        "default 0": lambda: [
            llama.top_k(40), llama.top_p(0.95), llama.min_p(0.05), llama.temp(0.8)],
    }


def exact(name, logits):
    """The kept set of a cut by a sum in double, by the definition; None for other methods."""
    method, x = name.split(" ")
    x = np.float64(np.float32(x))
    lp = logits - logits.max()
    lp = lp - np.log(np.exp(lp).sum())
    p = np.exp(lp)
    if method == "top_p":
        order = np.argsort(-p, kind="stable")
        n = int((np.cumsum(p[order]) < x).sum()) + 1
    elif method == "typical":
        order = np.argsort(np.abs(-lp + (p * lp).sum()), kind="stable")
        n = int((np.cumsum(p[order]) <= x).sum()) + 1
    elif method == "top_n_sigma":
        return np.nonzero(logits >= logits.max() - x * logits.std())[0].tolist()
    else:
        return None
    return sorted(order[:n].tolist())


def main(path):
    cases = []
    rounded = 0
    for size in (50, 32000, 128256):
        llama = Llama(size)
        for seed, spread in ((1, 1), (2, 4), (3, 8)):
            logits = np.array(row(size, seed, spread))
            for name, samplers in methods(llama).items():
                chain = llama.chain(*samplers())
                llama.accept(chain, [t % size for t in CONTEXT])
                llama.apply(chain, logits.astype("<f4"))
                left = llama.left()
                left = left[left["logit"] > -np.inf]
                kept = sorted(left["id"].tolist())
                out = left["logit"].astype("<f8")
                llama.free(chain)
                true = exact(name, logits)
                off = true is not None and true != kept
                rounded += off
                kept = true if off else kept
                if off:
                    out = logits[kept]
                gone = np.delete(logits, kept)
                # Of equal logits at the cut, an unstable sort keeps any.
                tie = bool((gone == logits[kept].min()).any())
                lse = float(np.log(np.exp(out - out.max()).sum()) + out.max())
                cases.append(
                    {
                        "size": size,
                        "seed": seed,
                        "spread": spread,
                        "method": name,
                        "kept": len(kept),
                        "rounded": len(left) if off else None,
                        "ids": None if tie else fnv(kept),
                        "lse": lse,
                        "best": float(out.max() - lse),
                    }
                )
                if off:
                    print(f"{size} {spread} {name}: llama {len(left)}, double {len(kept)}")
    with open(path, "w") as f:
        f.write('{"cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
    print(f"{len(cases)} cases, {rounded} decided by rounding")


if __name__ == "__main__":
    main(sys.argv[1])
