"""Writes the kept sets of Hugging Face transformers' warpers as golden figures.

    python golden_sampling.py ../../../sampling/src/test/resources/dev/espalier/sampling/transformers.json

Rows come from SplitMix64 and are multiples of 2^-15, so that Java makes the same ones bit for bit.
The warpers run in double precision: in single precision their cumulative sums over 128,256 tokens
are off by more than the distance of neighbouring tokens.
"""

import json
import sys

import torch
import transformers
from transformers.generation import logits_process as hf

MASK = (1 << 64) - 1


def splitmix(seed):
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def row(size, seed, spread):
    """Sums of four 16-bit numbers, scaled: bell-shaped logits."""
    out = []
    numbers = splitmix(seed)
    for _ in range(size):
        z = next(numbers)
        total = sum((z >> s) & 0xFFFF for s in (0, 16, 32, 48)) - 131070
        out.append(total * spread / 32768.0)
    return out


def fnv(ids):
    h = 0xCBF29CE484222325
    for i in ids:
        h = ((h ^ i) * 0x100000001B3) & MASK
    return f"{h:016x}"


METHODS = {
    "temperature 0.7": lambda: hf.TemperatureLogitsWarper(0.7),
    "top_k 1": lambda: hf.TopKLogitsWarper(1),
    "top_k 40": lambda: hf.TopKLogitsWarper(40),
    "top_p 0.5": lambda: hf.TopPLogitsWarper(0.5),
    "top_p 0.95": lambda: hf.TopPLogitsWarper(0.95),
    "min_p 0.05": lambda: hf.MinPLogitsWarper(0.05),
    "typical 0.2": lambda: hf.TypicalLogitsWarper(0.2),
    "typical 0.9": lambda: hf.TypicalLogitsWarper(0.9),
    "epsilon 0.0006": lambda: hf.EpsilonLogitsWarper(0.0006),
    "eta 0.0009": lambda: hf.EtaLogitsWarper(0.0009),
    "top_h 0.4": lambda: hf.TopHLogitsWarper(0.4),
    "repetition 1.3": lambda: hf.RepetitionPenaltyLogitsProcessor(1.3),
    "no_repeat_ngram 2": lambda: hf.NoRepeatNGramLogitsProcessor(2),
}
CONTEXT = [3, 7, 3, 9, 11, 7, 3]


def main(path):
    cases = []
    ids = torch.tensor([CONTEXT])
    for size in (50, 32000, 128256):
        for seed, spread in ((1, 1), (2, 4), (3, 8)):
            scores = torch.tensor([row(size, seed, spread)], dtype=torch.float64)
            for name, make in METHODS.items():
                try:
                    out = make()(ids, scores.clone())[0]
                except AttributeError:
                    continue
                kept = torch.nonzero(out > -float("inf")).flatten().tolist()
                gone = scores[0][out == -float("inf")]
                # Of equal logits at the cut, an unstable sort keeps any.
                tie = bool((gone == scores[0][kept].min()).any())
                cases.append(
                    {
                        "size": size,
                        "seed": seed,
                        "spread": spread,
                        "method": name,
                        "kept": len(kept),
                        "ids": None if tie else fnv(kept),
                        "lse": float(torch.logsumexp(out, 0)),
                        "best": float(torch.log_softmax(out, 0).max()),
                    }
                )
    with open(path, "w") as f:
        head = {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]}
        f.write(json.dumps(head)[:-1] + ', "cases": [\n')
        f.write(",\n".join(json.dumps(c) for c in cases) + "\n]}\n")


if __name__ == "__main__":
    main(sys.argv[1])
