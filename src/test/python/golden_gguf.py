"""Small GGUF files with their values, made with llama.cpp's gguf package.

    python golden_gguf.py OUT_DIR

types.gguf holds one tensor of every type that Espalier reads, from random *blocks* (so that every
bit pattern of scales and quants occurs), and types.json its values as gguf.quants dequantises them.
llama.gguf and gpt2.gguf are the tiny models of golden_models.py (OUT_DIR/llama3, OUT_DIR/gpt2) as
llama.cpp's converter would write them: q and k interleaved, Llama 3 scaling as rope_freqs.
"""

import json
import math
import os
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T
from safetensors.numpy import load_file
from safetensors import safe_open

OUT = sys.argv[1]


def types():
    rng = np.random.default_rng(3)
    writer = gguf.GGUFWriter(os.path.join(OUT, "types.gguf"), "llama")
    writer.add_uint32("test.u32", 7)
    writer.add_string("test.text", "naïve")
    writer.add_array("test.texts", ["a", "", "ç"])
    writer.add_array("test.numbers", [0.5, -2.0])
    writer.add_bool("test.flag", True)
    values = {}
    for t in (T.F32, T.F16, T.BF16, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q8_0, T.Q4_K, T.Q5_K, T.Q6_K):
        block, size = gguf.GGML_QUANT_SIZES[t]
        n = 256 // block * size
        raw = rng.integers(0, 256, (3, n), dtype=np.uint8)
        # Scales (binary16) must be finite: keep their exponents small.
        where = {T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0],
                 T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}.get(t, [])
        for start in range(0, n, size):
            for w in where:
                raw[:, start + w + 1] = raw[:, start + w + 1] & 0x83 | 0x20
        if t == T.F32:
            raw = rng.standard_normal((3, 256), dtype=np.float32).view(np.uint8)
        if t == T.F16:
            raw = rng.standard_normal((3, 256)).astype(np.float16).view(np.uint8)
        if t == T.BF16:
            raw = (rng.standard_normal((3, 256), dtype=np.float32).view(np.uint32) >> 16).astype(
                np.uint16).view(np.uint8)
        data = {T.F32: lambda r: r.view(np.float32), T.F16: lambda r: r.view(np.float16)}.get(
            t, lambda r: r)(raw)
        writer.add_tensor(t.name, data, raw_dtype=t)
        floats = gguf.quants.dequantize(raw if t not in (T.F32, T.F16) else data, t)
        values[t.name] = [float(x) for x in np.asarray(floats, dtype=np.float32).ravel()]
    close(writer)
    with open(os.path.join(OUT, "types.json"), "w") as f:
        json.dump(values, f, separators=(",", ":"))


def close(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def interleave(w, heads):
    return w.reshape(heads, 2, w.shape[0] // heads // 2, w.shape[1]).swapaxes(1, 2).reshape(w.shape)


def llama():
    w = load_file(os.path.join(OUT, "llama3", "model.safetensors"))
    c = json.load(open(os.path.join(OUT, "llama3", "config.json")))
    writer = gguf.GGUFWriter(os.path.join(OUT, "llama.gguf"), "llama")
    writer.add_block_count(2)
    writer.add_context_length(256)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(48)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(c["rms_norm_eps"])
    writer.add_rope_freq_base(10000.0)
    r = c["rope_parameters"]
    factors = []
    for i in range(4):
        wave = 2 * math.pi * 10000.0 ** (2 * i / 8)
        low, high, old = r["low_freq_factor"], r["high_freq_factor"], r["original_max_position_embeddings"]
        if wave < old / high:
            factors.append(1.0)
        elif wave > old / low:
            factors.append(r["factor"])
        else:
            s = (old / wave - low) / (high - low)
            factors.append(1 / ((1 - s) / r["factor"] + s))
    writer.add_tensor("rope_freqs.weight", np.array(factors, dtype=np.float32))
    names = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    part = {"input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
            "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
            "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
            "mlp.down_proj": "ffn_down"}
    for l in range(2):
        for k, v in part.items():
            names[f"model.layers.{l}.{k}"] = f"blk.{l}.{v}"
    for name, data in w.items():
        base = name.removesuffix(".weight")
        if "q_proj" in name:
            data = interleave(data, 4)
        if "k_proj" in name:
            data = interleave(data, 2)
        writer.add_tensor(names[base] + ".weight", np.ascontiguousarray(data, dtype=np.float32))
    close(writer)


def gpt2():
    import torch  # NumPy has no bfloat16
    writer = gguf.GGUFWriter(os.path.join(OUT, "gpt2.gguf"), "gpt2")
    writer.add_block_count(2)
    writer.add_context_length(256)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_layer_norm_eps(1e-5)
    names = {"wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm"}
    part = {"ln_1": "attn_norm", "ln_2": "ffn_norm", "attn.c_attn": "attn_qkv",
            "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"}
    for l in range(2):
        for k, v in part.items():
            names[f"h.{l}.{k}"] = f"blk.{l}.{v}"
    with safe_open(os.path.join(OUT, "gpt2", "model.safetensors"), "pt") as f:
        for name in f.keys():
            base, kind = name.removeprefix("transformer.").rsplit(".", 1)
            data = f.get_tensor(name).float()
            if kind == "weight" and ".c_" in base:
                data = data.t()  # a Conv1D stores (in, out)
            data = data.contiguous().numpy()
            if data.ndim == 2:  # exact: the values are bfloat16
                raw = (data.view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
                writer.add_tensor(names[base] + "." + kind, raw, raw_dtype=T.BF16)
            else:
                writer.add_tensor(names[base] + "." + kind, data)
    close(writer)


types()
llama()
gpt2()
