"""PyTorch's and llama.cpp's side of sampling-vs-peers: the rows and the context that the Java side
wrote, one thread, medians over the second half of the rounds. A peer that is not installed, and a
method that it does not have, are left null, with the reason on standard error.

    python sampling_peers.py FOLDER OUT
"""

import json
import math
import os
import sys
import time

ROWS = 64
NARROW = [i for i in range(ROWS) if i % 4 < 2]  # 0.3 and 2 nats
WIDE = [i for i in range(ROWS) if i % 4 == 3]  # 8 nats
ALL = list(range(ROWS))


def measure(step, rows, use, rounds):
    times = []
    for r in range(rounds):
        for i in use:
            row = rows(i)  # copied anew, untimed, as a model would have just written it
            start = time.perf_counter_ns()
            step(row)
            end = time.perf_counter_ns()
            if r >= rounds // 2:
                times.append((end - start) / 1000)
    times.sort()
    return round(times[len(times) // 2], 2)


def pytorch(folder):
    """The fewest tensor operations that do the same, top-k first wherever the method allows."""
    import numpy as np
    import torch

    torch.set_num_threads(1)
    inf = float("inf")
    table = torch.from_numpy(np.fromfile(os.path.join(folder, "rows.f32"), dtype="<f4"))
    table = table.view(ROWS, -1)
    vocabulary = table.shape[1]
    hot = torch.empty(vocabulary)
    context = torch.from_numpy(np.fromfile(os.path.join(folder, "context.i32"), dtype="<i4")).long()
    ids, counts = torch.unique(context, return_counts=True)
    counts = counts.float()
    few = torch.randperm(vocabulary)[:100]
    mask = torch.zeros(vocabulary, dtype=torch.bool)
    mask[few] = True
    half = torch.zeros(vocabulary, dtype=torch.bool)
    half[torch.randperm(vocabulary)[: vocabulary // 2]] = True

    def rows(i):
        return hot.copy_(table[i])

    def draw(x, idx=None):
        t = torch.multinomial(torch.softmax(x, 0), 1)
        return int(t) if idx is None else int(idx[t])

    def entropy(x):
        lp = torch.log_softmax(x, 0)
        return float(-(lp.exp() * lp).nansum())

    def penalised(x):
        g = x[ids]
        x[ids] = torch.where(g > 0, g / 1.1, g * 1.1) - counts * 0.1 - 0.1
        return x

    def chain(x):
        v, idx = torch.topk(penalised(x), 50)
        q = torch.softmax(v, 0)
        v = v.masked_fill(torch.cumsum(q, 0) - q >= 0.95, -inf)
        v = v.masked_fill(v < v[0] + math.log(0.05), -inf)
        return draw(v / 0.8, idx)

    def nucleus(x):
        v, _ = torch.sort(x, descending=True)
        q = torch.softmax(v, 0)
        return v.masked_fill_(torch.cumsum(q, 0) - q >= 0.95, -inf)

    def typical(x):
        lp = torch.log_softmax(x, 0)
        p = lp.exp()
        s, idx = torch.sort((-lp + (p * lp).nansum()).abs())
        last = int((torch.cumsum(p[idx], 0) < 0.9).sum())
        return s[min(last, vocabulary - 1)]

    def floor(x, least):
        lp = torch.log_softmax(x, 0)
        return draw(lp.masked_fill_(lp < min(least, float(lp.max())), -inf))

    def eta(x):
        lp = torch.log_softmax(x, 0)
        h = float(-(lp.exp() * lp).nansum())
        least = min(math.log(9e-4), 0.5 * math.log(9e-4) - h, float(lp.max()))
        return draw(lp.masked_fill_(lp < least, -inf))

    def top_h(x):
        q, idx = torch.topk(torch.softmax(x, 0), 100)
        t = -q * q.log()
        keep = max(1, int((torch.cumsum(t, 0) <= 0.4 * t.sum()).sum()))
        return draw(q[:keep].log(), idx)

    def tail_free(x):
        v, idx = torch.topk(x, 1000)
        d = torch.softmax(v, 0).diff().diff().abs()
        keep = max(1, int((torch.cumsum(d / d.sum(), 0) <= 0.95).sum()))
        return draw(v[:keep], idx)

    def xtc(x):
        if torch.rand(()) < 0.5:
            above = torch.softmax(x, 0) >= 0.1
            if int(above.sum()) > 1:
                x = x.masked_fill(above & (x > x[above].min()), -inf)
        return draw(x)

    logs = torch.arange(1, 102).float().log().diff()

    def mirostat_v1(x):
        lp, idx = torch.topk(torch.log_softmax(x, 0), 101)
        s = float((logs * -lp.diff()).sum() / (logs * logs).sum())
        e = s - 1
        k = (e * 2**10 / (1 - vocabulary**-e)) ** (1 / s)
        v, idx = torch.topk(x, max(1, min(vocabulary, round(k) + 1)))
        return draw(v, idx)

    def no_repeat_ngram(x):
        grams = context.unfold(0, 3, 1)
        x[grams[(grams[:, :2] == context[-2:]).all(1), 2]] = -inf
        return draw(x)

    def set_some(tokens, value):
        tokens = torch.tensor(tokens)

        def step(x):
            x[tokens] = value
            return draw(x)

        return step

    def gumbel(x):
        return x.sub_(torch.empty_like(x).exponential_().log_())

    steps = {
        "chain": (chain, ALL, 10),
        "draw": (draw, ALL, 4),
        "greedy": (lambda x: int(torch.argmax(x)), ALL, 10),
        "gumbel": (lambda x: int(torch.argmax(gumbel(x))), ALL, 4),
        "gumbel_top_k_10": (lambda x: torch.topk(gumbel(x), 10)[1], ALL, 4),
        "temperature": (lambda x: draw(x / 0.7), ALL, 4),
        "dynamic_temperature": (
            lambda x: draw(x / (0.4 + 0.8 * entropy(x) / math.log(vocabulary))), ALL, 4),
        "edt": (lambda x: draw(x / (0.7 * 0.8 ** (0.1 / entropy(x)))), ALL, 4),
        "hapo": (lambda x: draw(x / (1 + 0.05 * math.tanh(math.log(entropy(x))))), ALL, 4),
        "adapt": (lambda x: draw(x / 0.2), ALL, 4),
        "top_k_50": (lambda x: torch.topk(x, 50), ALL, 10),
        "top_p_narrow": (nucleus, NARROW, 2),
        "top_p_wide": (nucleus, WIDE, 2),
        "min_p": (lambda x: draw(x.masked_fill(x < x.max() + math.log(0.05), -inf)), ALL, 4),
        "typical_narrow": (typical, NARROW, 2),
        "typical_wide": (typical, WIDE, 2),
        "epsilon": (lambda x: floor(x, math.log(6e-4)), ALL, 4),
        "eta": (eta, ALL, 4),
        "top_n_sigma": (lambda x: draw(x.masked_fill(x < x.max() - x.std(), -inf)), ALL, 4),
        "top_h": (top_h, ALL, 6),
        "tail_free": (tail_free, ALL, 4),
        "xtc": (xtc, ALL, 4),
        "mirostat_v1": (mirostat_v1, ALL, 4),
        "mirostat_v2": (lambda x: floor(x, -10 * math.log(2)), ALL, 4),
        "penalties": (lambda x: draw(penalised(x)), ALL, 4),
        "no_repeat_ngram": (no_repeat_ngram, ALL, 4),
        "logit_bias": (set_some([11, 500, 70000], 1.0), ALL, 4),
        "suppress": (set_some([1, 2, 3], -inf), ALL, 4),
        "masked_ids_100": (lambda x: draw(x[few], few), ALL, 10),
        "masked_bits_100": (lambda x: draw(x.masked_fill(~mask, -inf)), ALL, 4),
        "masked_half_top_k_50": (
            lambda x: draw(*torch.topk(x.masked_fill(~half, -inf), 50)), ALL, 4),
    }
    return {name: measure(s, rows, use, n) for name, (s, use, n) in steps.items()}


def llamacpp(folder):
    import numpy as np

    from llama_samplers import Llama

    table = np.fromfile(os.path.join(folder, "rows.f32"), dtype="<f4").reshape(ROWS, -1)
    context = np.fromfile(os.path.join(folder, "context.i32"), dtype="<i4").tolist()
    hot = np.empty(table.shape[1], dtype="<f4")
    llama = Llama(table.shape[1])
    penalties = lambda: llama.penalties(4096, 1.1, 0.1, 0.1)
    chains = {
        "chain": (
            lambda: [
                penalties(), llama.top_k(50), llama.top_p(0.95), llama.min_p(0.05),
                llama.temp(0.8), llama.dist()],
            ALL),
        "draw": (lambda: [llama.dist()], ALL),
        "greedy": (lambda: [llama.greedy()], ALL),
        "temperature": (lambda: [llama.temp(0.7), llama.dist()], ALL),
        "dynamic_temperature": (lambda: [llama.temp_ext(0.8, 0.4, 1), llama.dist()], ALL),
        "top_k_50": (lambda: [llama.top_k(50)], ALL),
        "top_p_narrow": (lambda: [llama.top_p(0.95)], NARROW),
        "top_p_wide": (lambda: [llama.top_p(0.95)], WIDE),
        "min_p": (lambda: [llama.min_p(0.05), llama.dist()], ALL),
        "typical_narrow": (lambda: [llama.typical(0.9)], NARROW),
        "typical_wide": (lambda: [llama.typical(0.9)], WIDE),
        "top_n_sigma": (lambda: [llama.top_n_sigma(1), llama.dist()], ALL),
        "xtc": (lambda: [llama.xtc(0.5, 0.1), llama.dist()], ALL),
        "mirostat_v1": (lambda: [llama.mirostat(5, 0.1)], ALL),
        "mirostat_v2": (lambda: [llama.mirostat_v2(5, 0.1)], ALL),
        "penalties": (lambda: [penalties(), llama.dist()], ALL),
        "dry": (lambda: [llama.dry(0.8, 1.75, 2, 4096), llama.dist()], ALL),
        "logit_bias": (
            lambda: [llama.logit_bias({11: 2, 500: -3, 70000: 1}), llama.dist()], ALL),
        "suppress": (
            lambda: [
                llama.logit_bias({t: -float("inf") for t in (1, 2, 3)}), llama.dist()], ALL),
    }

    def rows(i):
        hot[:] = table[i]
        return hot

    out = {}
    for name, (samplers, use) in chains.items():
        chain = llama.chain(*samplers())
        llama.accept(chain, context)
        out[name] = measure(lambda row: llama.apply(chain, row), rows, use, 4)
        llama.free(chain)
    return out


def main(folder, path):
    with open(os.path.join(folder, "espalier.json")) as f:
        ours = json.load(f)
    peers = {}
    for name, run in (("pytorch", pytorch), ("llamacpp", llamacpp)):
        try:
            peers[name] = run(folder)
        except (ImportError, OSError) as e:
            print(f"{name} is left out: {e}", file=sys.stderr)
            peers[name] = {}
    table = {
        method: {
            "espalier": time,
            "pytorch": peers["pytorch"].get(method),
            "llamacpp": peers["llamacpp"].get(method),
        }
        for method, time in ours.items()
    }
    with open(path, "w") as f:
        json.dump(table, f, indent=2)
        f.write("\n")
    print(f"{'µs, medians':22} {'espalier':>10} {'pytorch':>10} {'llama.cpp':>10}")
    for method, t in table.items():
        print(f"{method:22} {t['espalier']:>10} {t['pytorch'] or '-':>10} {t['llamacpp'] or '-':>10}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
