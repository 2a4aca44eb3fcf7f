"""PyTorch's and llama.cpp's side of sampling-vs-peers: the rows and the context that the Java side
wrote, one thread, medians over the second half of the rounds. A peer that is not installed is left
null, with the reason on standard error.

    python sampling_peers.py FOLDER OUT
"""

import array
import ctypes
import glob
import json
import os
import sys
import time

VOCABULARY = 128256
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
            step(row, i)
            end = time.perf_counter_ns()
            if r >= rounds / 2:
                times.append((end - start) / 1000)
    times.sort()
    return round(times[len(times) // 2], 2)


def pytorch(folder):
    import torch

    torch.set_num_threads(1)
    flat = torch.from_file(
        os.path.join(folder, "rows.f32"), size=ROWS * VOCABULARY, dtype=torch.float32
    )
    table = flat.view(ROWS, VOCABULARY)
    hot = torch.empty(VOCABULARY)
    context = array.array("i")
    with open(os.path.join(folder, "context.i32"), "rb") as f:
        context.frombytes(f.read())
    ids, counts = torch.unique(torch.tensor(context.tolist()), return_counts=True)
    counts = counts.float()

    def rows(i):
        hot.copy_(table[i])
        return hot

    def nucleus(x, p):
        v, idx = torch.sort(x, descending=True)
        q = torch.softmax(v, 0)
        drop = torch.cumsum(q, 0) - q >= p
        return v.masked_fill_(drop, -float("inf")), idx

    def draw(v, idx=None):
        t = torch.multinomial(torch.softmax(v, 0), 1)
        return int(t) if idx is None else int(idx[t])

    def chain(x, i):
        # Best effort: top-k first leaves 50 values for everything else.
        g = x[ids]
        g = torch.where(g > 0, g / 1.1, g * 1.1) - counts * 0.1 - 0.1
        x[ids] = g
        v, idx = torch.topk(x, 50)
        q = torch.softmax(v, 0)
        v = v.masked_fill(torch.cumsum(q, 0) - q >= 0.95, -float("inf"))
        v = v.masked_fill(v < v[0] + -2.995732273553991, -float("inf"))
        return draw(v / 0.8, idx)

    def typical(x, i):
        lp = torch.log_softmax(x, 0)
        p = lp.exp()
        h = -(p * lp).nansum()
        s, idx = torch.sort((-lp - h).abs())
        last = int((torch.cumsum(p[idx], 0) < 0.9).sum())
        return s[min(last, VOCABULARY - 1)]

    def top_h(x, i):
        p = torch.softmax(x, 0)
        q, idx = torch.topk(p, 100)
        t = -q * q.log()
        keep = max(1, int((torch.cumsum(t, 0) <= 0.4 * t.sum()).sum()))
        return draw(q[:keep].log(), idx)

    def mirostat(x, i):
        lp = torch.log_softmax(x, 0)
        return draw(lp.masked_fill_(lp < -10 * 0.6931471805599453, -float("inf")))

    mask = torch.zeros(VOCABULARY, dtype=torch.bool)
    mask[torch.randperm(VOCABULARY)[:100]] = True
    steps = {
        "chain": (chain, ALL, 10),
        "draw": (lambda x, i: draw(x), ALL, 4),
        "top_k_50": (lambda x, i: torch.topk(x, 50), ALL, 10),
        "top_p_narrow": (lambda x, i: nucleus(x, 0.95), NARROW, 2),
        "top_p_wide": (lambda x, i: nucleus(x, 0.95), WIDE, 2),
        "min_p": (
            lambda x, i: draw(x.masked_fill(x < x.max() - 2.9957, -float("inf"))), ALL, 4),
        "typical_narrow": (typical, NARROW, 2),
        "typical_wide": (typical, WIDE, 2),
        "top_h": (top_h, ALL, 6),
        "mirostat_v2": (mirostat, NARROW, 4),
        "top_n_sigma": (
            lambda x, i: draw(x.masked_fill(x < x.max() - x.std(), -float("inf"))), ALL, 4),
        "masked_bits_100": (
            lambda x, i: draw(x.masked_fill(~mask, -float("inf"))), ALL, 4),
    }
    return {name: measure(s, rows, use, n) for name, (s, use, n) in steps.items()}


class Token(ctypes.Structure):
    _fields_ = [("id", ctypes.c_int32), ("logit", ctypes.c_float), ("p", ctypes.c_float)]


class Tokens(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.POINTER(Token)),
        ("size", ctypes.c_size_t),
        ("selected", ctypes.c_int64),
        ("sorted", ctypes.c_bool),
    ]


def library():
    path = os.environ.get("LLAMA_CPP_LIB")
    if path:
        return path
    import importlib.util

    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or spec.origin is None:
        raise ImportError("llama-cpp-python is not installed and LLAMA_CPP_LIB is not set")
    return glob.glob(os.path.join(os.path.dirname(spec.origin), "lib", "libllama.*"))[0]


def llamacpp(folder):
    import numpy as np

    lib = ctypes.CDLL(library())

    class Params(ctypes.Structure):
        _fields_ = [("no_perf", ctypes.c_bool)]

    lib.llama_sampler_chain_init.restype = ctypes.c_void_p
    lib.llama_sampler_chain_init.argtypes = [Params]
    lib.llama_sampler_chain_add.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    lib.llama_sampler_apply.argtypes = [ctypes.c_void_p, ctypes.POINTER(Tokens)]
    lib.llama_sampler_accept.argtypes = [ctypes.c_void_p, ctypes.c_int32]

    def sampler(name, types, *args):
        f = getattr(lib, "llama_sampler_init_" + name)
        f.restype = ctypes.c_void_p
        f.argtypes = types
        return f(*args)

    i32, f32, size, u32 = ctypes.c_int32, ctypes.c_float, ctypes.c_size_t, ctypes.c_uint32

    def chain(*samplers):
        c = lib.llama_sampler_chain_init(Params(True))
        for s in samplers:
            lib.llama_sampler_chain_add(c, s)
        return c

    dist = lambda: sampler("dist", [u32], 1)
    top_p = lambda p: sampler("top_p", [f32, size], p, 1)
    min_p = lambda p: sampler("min_p", [f32, size], p, 1)
    top_k = lambda k: sampler("top_k", [i32], k)
    chains = {
        "chain": (
            [
                sampler("penalties", [i32, f32, f32, f32], 4096, 1.1, 0.1, 0.1),
                top_k(50),
                top_p(0.95),
                min_p(0.05),
                sampler("temp", [f32], 0.8),
                dist(),
            ],
            ALL,
        ),
        "draw": ([dist()], ALL),
        "top_k_50": ([top_k(50)], ALL),
        "top_p_narrow": ([top_p(0.95)], NARROW),
        "top_p_wide": ([top_p(0.95)], WIDE),
        "min_p": ([min_p(0.05), dist()], ALL),
        "typical_narrow": ([sampler("typical", [f32, size], 0.9, 1)], NARROW),
        "typical_wide": ([sampler("typical", [f32, size], 0.9, 1)], WIDE),
        "mirostat_v2": ([sampler("mirostat_v2", [u32, f32, f32], 1, 5.0, 0.1)], NARROW),
        "top_n_sigma": ([sampler("top_n_sigma", [f32], 1.0), dist()], ALL),
    }
    table = np.fromfile(os.path.join(folder, "rows.f32"), dtype="<f4").reshape(ROWS, VOCABULARY)
    context = np.fromfile(os.path.join(folder, "context.i32"), dtype="<i4")
    tokens = np.zeros(VOCABULARY, dtype=[("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])
    ids = np.arange(VOCABULARY, dtype="<i4")
    hot = np.empty(VOCABULARY, dtype="<f4")

    def rows(i):
        hot[:] = table[i]
        return hot

    out = {}
    for name, (samplers, use) in chains.items():
        c = chain(*samplers)
        for t in context.tolist():
            lib.llama_sampler_accept(c, t)

        def step(row, i):
            tokens["id"] = ids  # llama.cpp builds this array anew for every token, too
            tokens["logit"] = row
            data = tokens.ctypes.data_as(ctypes.POINTER(Token))
            lib.llama_sampler_apply(
                ctypes.c_void_p(c), ctypes.byref(Tokens(data, VOCABULARY, -1, False))
            )

        out[name] = measure(step, rows, use, 4)
    return out


def main(folder, path):
    with open(os.path.join(folder, "espalier.json")) as f:
        ours = json.load(f)
    peers = {}
    for name, run in (("pytorch", pytorch), ("llamacpp", llamacpp)):
        try:
            peers[name] = run(folder)
        except (ImportError, OSError, IndexError) as e:
            print(f"{name} is left out: {e}", file=sys.stderr)
            peers[name] = {}
    table = {
        name: {
            "espalier": time["median"],
            "pytorch": peers["pytorch"].get(name),
            "llamacpp": peers["llamacpp"].get(name),
        }
        for name, time in ours.items()
    }
    with open(path, "w") as f:
        json.dump(table, f, indent=2)
    for name, t in table.items():
        print(f"{name:18} {t['espalier']:>9} {str(t['pytorch']):>10} {str(t['llamacpp']):>10}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
