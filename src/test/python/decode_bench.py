"""The peers of DecodeBench: same prompt length, steps and threads; one JSON line.

    python decode_bench.py transformers|llama.cpp MODEL.gguf float32|bfloat16|gguf THREADS
"""

import json
import os
import random
import statistics
import sys
import time

who, path, kind, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
prompt = random.Random(1).choices(range(100, 40000), k=128)


def median_of(run):
    run(16)
    best = min((run(128) for _ in range(3)), key=lambda r: statistics.median(r[1]))
    return dict(who=f"{who} {kind}", prefillMs=round(best[0], 1),
                stepMs=round(statistics.median(best[1]), 2),
                meanStepMs=round(statistics.mean(best[1]), 2))


if who == "transformers":
    import torch
    from transformers import AutoModelForCausalLM, DynamicCache
    torch.set_num_threads(threads)
    model = AutoModelForCausalLM.from_pretrained(
        os.path.dirname(path), gguf_file=os.path.basename(path), dtype=getattr(torch, kind),
        attn_implementation="eager").eval()

    @torch.inference_mode()
    def run(steps):
        cache, times = DynamicCache(config=model.config), []
        start = time.perf_counter()
        out = model(torch.tensor([prompt]), past_key_values=cache, logits_to_keep=1)
        token = out.logits[:, -1:].argmax(-1)
        prefill = (time.perf_counter() - start) * 1e3
        for _ in range(steps):
            start = time.perf_counter()
            token = model(token, past_key_values=cache).logits[:, -1:].argmax(-1)
            times.append((time.perf_counter() - start) * 1e3)
        return prefill, times
else:
    from llama_cpp import Llama
    model = Llama(path, n_ctx=512, n_threads=threads, n_threads_batch=threads, verbose=False)

    def run(steps):
        model.reset()
        times = []
        start = time.perf_counter()
        model.eval(prompt)
        token = model.sample(temp=0.0)
        prefill = (time.perf_counter() - start) * 1e3
        for _ in range(steps):
            start = time.perf_counter()
            model.eval([token])
            token = model.sample(temp=0.0)
            times.append((time.perf_counter() - start) * 1e3)
        return prefill, times

print(json.dumps(median_of(run)))
