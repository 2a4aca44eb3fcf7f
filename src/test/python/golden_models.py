"""Golden figures for the decoders, made with Hugging Face transformers in float32.

    python golden_models.py tiny  OUT_DIR           tiny random models and their logits
    python golden_models.py gguf  FILE.gguf OUT.json  a real model, on its dequantised weights

Needs torch, transformers, safetensors and gguf (made with torch 2.13.0, transformers 5.23.0).
"""

import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers import GPT2Config, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config

torch.set_num_threads(2)

COMMON = dict(
    vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=256, bos_token_id=0, eos_token_id=1,
    tie_word_embeddings=False)
TINY = {
    "llama3": (LlamaConfig(**COMMON, rope_parameters=dict(
        rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0,
        high_freq_factor=4.0, original_max_position_embeddings=64)), torch.float32, "10GB"),
    "linear": (LlamaConfig(**{**COMMON, "tie_word_embeddings": True}, rope_parameters=dict(
        rope_type="linear", rope_theta=10000.0, factor=2.0)), torch.bfloat16, "10GB"),
    "mistral": (MistralConfig(**COMMON, sliding_window=7, head_dim=8), torch.bfloat16, "20KB"),
    "qwen2": (Qwen2Config(**{**COMMON, "tie_word_embeddings": True}), torch.float16, "10GB"),
    "qwen3": (Qwen3Config(**{**COMMON, "tie_word_embeddings": True}, head_dim=12), torch.bfloat16, "10GB"),
    "gpt2": (GPT2Config(
        vocab_size=96, n_embd=32, n_layer=2, n_head=4, n_positions=256, bos_token_id=0,
        eos_token_id=1), torch.bfloat16, "10GB"),
}

PROMPTS = [
    "The capital of France is Paris. The capital of Italy is Rome, and the capital of Spain is Madrid.",
    "def fibonacci(n):\n    if n < 2:\n        return n\n    return fibonacci(n - 1) + fibonacci(n - 2)\n",
    '{"name": "Ada Lovelace", "born": 1815, "fields": ["mathematics", "computing"], "alive": false}',
    "Once upon a time, in a village by the sea, there lived an old fisherman who spoke to the waves at night.",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. Ça va? 日本語も少し。 The quick brown fox.",
]


def tiny(out):
    for name, (config, dtype, shard) in TINY.items():
        torch.manual_seed(sum(map(ord, name)))
        model = AutoModelForCausalLM.from_config(config).eval()
        with torch.no_grad():
            for key, p in model.named_parameters():
                # Larger than at initialisation, so that attention and norms matter.
                p.normal_(1.0 if "norm" in key and "bias" not in key else 0.0,
                          0.1 if p.dim() == 1 else 0.25)
        model = model.to(dtype).float()
        folder = os.path.join(out, name)
        model.to(dtype).save_pretrained(folder, max_shard_size=shard)
        os.path.exists(os.path.join(folder, "generation_config.json")) and os.remove(
            os.path.join(folder, "generation_config.json"))
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager").eval()
        ids = torch.randint(0, 96, (1, 40), generator=torch.Generator().manual_seed(7))
        with torch.no_grad():
            states = model(ids, output_hidden_states=True)
            greedy = ids[:, :8]
            for _ in range(32):
                greedy = torch.cat([greedy, model(greedy).logits[:, -1:].argmax(-1)], 1)
        golden = {
            "ids": ids[0].tolist(),
            "logits": [[round(x, 6) for x in row] for row in states.logits[0].tolist()],
            "layer0": [round(x, 6) for x in states.hidden_states[1][0, -1].tolist()],
            "greedy": greedy[0].tolist(),
        }
        with open(os.path.join(folder, "golden.json"), "w") as f:
            json.dump(golden, f, separators=(",", ":"))


def real(gguf, out):
    folder, file = os.path.split(gguf)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=file, dtype=torch.float32, attn_implementation="eager").eval()
    cases = []
    probe = torch.arange(0, model.config.vocab_size, 2503)
    for prompt in PROMPTS:
        ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt").input_ids
        assert ids.shape[1] >= 20, (prompt, ids.shape)
        with torch.no_grad():
            logits = model(ids).logits[0, -20:].double()
            plain = ids
            for _ in range(64):  # without generation settings of any kind
                plain = torch.cat([plain, model(plain).logits[:, -1:].argmax(-1)], 1)
        top = logits.topk(8)
        cases.append({
            "ids": ids[0].tolist(),
            "probe": probe.tolist(),
            "probed": [[round(x, 5) for x in row] for row in logits[:, probe].tolist()],
            "top": top.indices.tolist(),
            "topLogits": [[round(x, 5) for x in row] for row in top.values.tolist()],
            "logSumExp": [round(x, 5) for x in logits.logsumexp(-1).tolist()],
            "mean": [round(x, 5) for x in logits.mean(-1).tolist()],
            "greedy": plain[0, ids.shape[1]:].tolist(),
        })
        print(prompt[:40], "...", ids.shape[1], "tokens")
    with open(out, "w") as f:
        json.dump({"model": file, "cases": cases}, f, separators=(",", ":"))


if __name__ == "__main__":
    tiny(sys.argv[2]) if sys.argv[1] == "tiny" else real(sys.argv[2], sys.argv[3])
