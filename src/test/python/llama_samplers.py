"""llama.cpp's samplers through its C interface, without a model.

The library is found, in this order, in LLAMA_CPP_LIB and inside the Python package llama-cpp-python.
"""

import ctypes
import glob
import importlib.util
import os

import numpy as np

I32, U32, F32, SIZE, PTR = (
    ctypes.c_int32, ctypes.c_uint32, ctypes.c_float, ctypes.c_size_t, ctypes.c_void_p)

TOKEN = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])


class TokenArray(ctypes.Structure):
    _fields_ = [("data", PTR), ("size", SIZE), ("selected", ctypes.c_int64), ("sorted", ctypes.c_bool)]


class ChainParams(ctypes.Structure):
    _fields_ = [("no_perf", ctypes.c_bool)]


class LogitBias(ctypes.Structure):
    _fields_ = [("token", I32), ("bias", F32)]


def library_path():
    path = os.environ.get("LLAMA_CPP_LIB")
    if path:
        return path
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or spec.origin is None:
        raise ImportError("LLAMA_CPP_LIB is not set and llama-cpp-python is not installed")
    found = glob.glob(os.path.join(os.path.dirname(spec.origin), "lib", "libllama.*"))
    if not found:
        raise ImportError(f"no libllama in the package at {spec.origin}")
    return found[0]


class Llama:
    """The library and the candidates of one row."""

    def __init__(self, size):
        self.size = size
        self.lib = ctypes.CDLL(library_path())
        self.lib.llama_sampler_chain_init.restype = PTR
        self.lib.llama_sampler_chain_init.argtypes = [ChainParams]
        self.lib.llama_sampler_chain_add.argtypes = [PTR, PTR]
        self.lib.llama_sampler_apply.argtypes = [PTR, ctypes.POINTER(TokenArray)]
        self.lib.llama_sampler_accept.argtypes = [PTR, I32]
        self.lib.llama_sampler_free.argtypes = [PTR]
        self.tokens = np.zeros(size, dtype=TOKEN)
        self.ids = np.arange(size, dtype="<i4")
        self.array = TokenArray()

    def _init(self, name, types, *args):
        f = getattr(self.lib, "llama_sampler_init_" + name)
        f.restype = PTR
        f.argtypes = types
        return f(*args)

    def chain(self, *samplers):
        chain = self.lib.llama_sampler_chain_init(ChainParams(True))
        for sampler in samplers:
            self.lib.llama_sampler_chain_add(chain, sampler)
        return chain

    def accept(self, chain, tokens):
        for token in tokens:
            self.lib.llama_sampler_accept(chain, token)

    def apply(self, chain, row):
        """Builds the candidates, as llama.cpp does for every token, and runs the chain."""
        self.tokens["id"] = self.ids
        self.tokens["logit"] = row
        self.array = TokenArray(self.tokens.ctypes.data, self.size, -1, False)
        self.lib.llama_sampler_apply(chain, ctypes.byref(self.array))

    def left(self):
        """The candidates that a chain left; some samplers move the beginning of the array."""
        first = (self.array.data - self.tokens.ctypes.data) // TOKEN.itemsize
        return self.tokens[first : first + self.array.size]

    def free(self, chain):
        self.lib.llama_sampler_free(chain)

    def greedy(self):
        return self._init("greedy", [])

    def dist(self):
        return self._init("dist", [U32], 1)

    def temp(self, t):
        return self._init("temp", [F32], t)

    def temp_ext(self, t, delta, exponent):
        return self._init("temp_ext", [F32, F32, F32], t, delta, exponent)

    def top_k(self, k):
        return self._init("top_k", [I32], k)

    def top_p(self, p):
        return self._init("top_p", [F32, SIZE], p, 1)

    def min_p(self, p):
        return self._init("min_p", [F32, SIZE], p, 1)

    def typical(self, p):
        return self._init("typical", [F32, SIZE], p, 1)

    def top_n_sigma(self, n):
        return self._init("top_n_sigma", [F32], n)

    def xtc(self, probability, threshold):
        return self._init("xtc", [F32, F32, SIZE, U32], probability, threshold, 1, 1)

    def mirostat(self, tau, eta):
        return self._init("mirostat", [I32, U32, F32, F32, I32], self.size, 1, tau, eta, 100)

    def mirostat_v2(self, tau, eta):
        return self._init("mirostat_v2", [U32, F32, F32], 1, tau, eta)

    def logit_bias(self, biases):
        table = (LogitBias * len(biases))(*[LogitBias(*b) for b in biases.items()])
        return self._init(
            "logit_bias", [I32, I32, ctypes.POINTER(LogitBias)], self.size, len(biases), table)

    def _effective(self, make):
        """Whether a sampler does anything to equal logits after a repetition."""
        chain = self.chain(make())
        self.accept(chain, [1, 2, 3, 4, 1, 2, 3])
        self.apply(chain, np.zeros(self.size, dtype="<f4"))
        logits = self.left()["logit"]
        self.free(chain)
        return bool((logits != 0).any())

    def _current(self, *makes):
        """Of constructors for several releases of the interface, the one that takes effect."""
        for make in makes:
            if self._effective(make):
                return make()
        raise OSError("this release of llama.cpp has an unknown interface")

    def penalties(self, window, repeat, frequency, presence):
        return self._current(
            lambda: self._init(
                "penalties", [I32, I32, F32, F32, F32],
                self.size, window, repeat, frequency, presence),
            lambda: self._init(
                "penalties", [I32, F32, F32, F32], window, repeat, frequency, presence))

    def dry(self, multiplier, base, allowed, window):
        """Without breakers, which would need a vocabulary."""
        return self._current(
            lambda: self._init(
                "dry", [PTR, F32, F32, I32, I32, PTR, SIZE],
                None, multiplier, base, allowed, window, None, 0),
            lambda: self._init(
                "dry", [PTR, I32, F32, F32, I32, I32, PTR, SIZE],
                None, window, multiplier, base, allowed, window, None, 0))
