"""llguidance's and XGrammar's side of masks-vs-peers: the same grammars (Lark for llguidance, GBNF
for XGrammar), the token ids that the Java side wrote, one thread. A peer that is not installed is
left out of the table, with the reason on standard error; a grammar that it refuses is left null.

    python mask_peers.py TOKENIZER_JSON GRAMMARS WORK OUT

A token's time is filling the mask and accepting the token, called as directly as each Python
binding allows. A token's time is the median of its five runs after one to warm up, or of as many as
fit SECONDS; averages and percentiles are over the tokens, as on the Java side. A reading that takes longer than PATIENCE ends there; "tokens" says how many it read, and
the table's figures are theirs. A grammar that takes longer than LIMIT is left null.
"""

import gc
import json
import multiprocessing
import os
import sys
import time
from importlib import metadata
from pathlib import Path

RUNS = 5
SECONDS = 8  # for the runs of one engine on one grammar
PATIENCE = 5  # seconds for one reading of a text
LIMIT = 40
STATISTICS = ("avg", "p50", "p99", "max")
clock = time.perf_counter_ns


def median(values):
    return round(sorted(values)[len(values) // 2], 3)


def figures(runs):
    s = sorted(sorted(nanos)[len(nanos) // 2] / 1e3 for nanos in zip(*runs))
    values = (sum(s) / len(s), s[len(s) // 2], s[int(len(s) * 0.99)], s[-1])
    return {k: round(v, 3) for k, v in zip(STATISTICS, values)}


class Llguidance:
    name = "llguidance"
    form = "lark"

    def __init__(self, tokenizer, size):
        import llguidance
        import numpy as np

        self.llg = llguidance
        self.tokenizer = llguidance.LLTokenizer(tokenizer, n_vocab=size)
        self.bits = np.zeros((size + 31) // 32, dtype=np.int32)

    def compile(self, source):
        matcher = self.llg.LLMatcher(
            self.tokenizer, self.llg.LLMatcher.grammar_from_lark(source), log_level=0)
        if matcher.is_error():
            raise ValueError(matcher.get_error())
        return matcher

    def again(self, matcher):
        matcher.reset()
        return matcher

    def read(self, matcher, tokens):
        fill, accept = matcher.unsafe_compute_mask_ptr, matcher.consume_token
        at, size, bits = self.bits.ctypes.data, self.bits.nbytes, self.bits
        nanos = []
        latest = clock() + PATIENCE * 10**9
        for i, t in enumerate(tokens):
            start = clock()
            if start > latest:
                break
            fill(at, size)
            ok = accept(t)
            nanos.append(clock() - start)
            if not ok or not (int(bits[t >> 5]) >> (t & 31)) & 1:
                raise ValueError(f"token {i} is refused: {matcher.get_error()}")
        return nanos


class XGrammar:
    name = "xgrammar"
    form = "gbnf"

    def __init__(self, tokenizer, size):
        import numpy as np
        import xgrammar
        from transformers import PreTrainedTokenizerFast

        self.xgr = xgrammar
        hf = PreTrainedTokenizerFast(tokenizer_file=tokenizer)
        self.info = xgrammar.TokenizerInfo.from_huggingface(hf, vocab_size=size, stop_token_ids=[0])
        self.bits = np.zeros((1, (size + 31) // 32), dtype=np.int32)
        self.compiled = None

    def compile(self, source):
        compiler = self.xgr.GrammarCompiler(self.info, max_threads=1, cache_enabled=False)
        self.compiled = compiler.compile_grammar(source)
        return self.again(None)

    def again(self, matcher):
        return self.xgr.GrammarMatcher(self.compiled, max_rollback_tokens=0)

    def read(self, matcher, tokens):
        fill, accept, bits = matcher.fill_next_token_bitmask, matcher.accept_token, self.bits
        nanos = []
        latest = clock() + PATIENCE * 10**9
        for i, t in enumerate(tokens):
            start = clock()
            if start > latest:
                break
            fill(bits, 0)
            ok = accept(t)
            nanos.append(clock() - start)
            if not ok:
                raise ValueError(f"token {i} is refused")
        return nanos


def measure(engine, source, texts, out):
    rows = []
    warm = False
    began = time.time()
    while len(rows) < RUNS and (not rows or time.time() - began < SECONDS):
        gc.collect()
        gc.disable()
        start = clock()
        matcher = engine.compile(source)
        compiled = clock() - start
        cold = engine.read(matcher, texts[0])
        matcher = engine.again(matcher)
        engine.read(matcher, texts[1])
        matcher = engine.again(matcher)
        new = engine.read(matcher, texts[2])
        matcher = engine.again(matcher)
        row = (compiled, cold, new, engine.read(matcher, texts[0]))
        gc.enable()
        if warm or time.time() - began > SECONDS / RUNS:
            rows.append(row)
        warm = True
    out.send({
        "compileMicros": median([r[0] / 1e3 for r in rows]),
        "maskMicros": figures([r[1] for r in rows]),
        "newTextMicros": figures([r[2] for r in rows]),
        "warmMicros": figures([r[3] for r in rows]),
        "tokens": len(rows[0][1]),
        "runs": len(rows),
    })


def bounded(engine, name, source, texts):
    """Measures in a process of its own, so that a run without end can be ended."""
    fork = multiprocessing.get_context("fork")
    receive, send = fork.Pipe(False)
    child = fork.Process(target=measure, args=(engine, source, texts, send))
    began = time.time()
    child.start()
    send.close()
    result = None
    try:
        if receive.poll(LIMIT):
            result = receive.recv()
        else:
            print(f"{engine.name} on {name}: not done after {LIMIT} s", file=sys.stderr)
    except EOFError:
        print(f"{engine.name} on {name}: failed, see above", file=sys.stderr)
    child.kill()
    child.join()
    print(f"{engine.name} on {name}: {time.time() - began:.1f} s", file=sys.stderr)
    return result


def overall(engines):
    """Means over the grammars that all engines read, and the peers' ratios to ours."""
    names = [g for g in engines["espalier"] if all(e.get(g) for e in engines.values())]
    table = {}
    for engine, figures_of in engines.items():
        table[engine] = {
            kind: {
                s: round(sum(figures_of[g][kind][s] for g in names) / len(names), 3)
                for s in STATISTICS
            }
            for kind in ("maskMicros", "newTextMicros", "warmMicros")
        }
        table[engine]["compileMicros"] = round(
            sum(figures_of[g]["compileMicros"] for g in names) / len(names), 3)
    ours = table["espalier"]
    ratios = {
        f"{engine}/espalier": {
            **{
                kind: {s: round(t[kind][s] / ours[kind][s], 2) for s in STATISTICS}
                for kind in ("maskMicros", "newTextMicros", "warmMicros")
            },
            "compileMicros": round(t["compileMicros"] / ours["compileMicros"], 2),
        }
        for engine, t in table.items()
        if engine != "espalier"
    }
    return {"grammars": names, "mean": table, "ratios": ratios}


def main(tokenizer, grammars, work, out):
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    shared = json.loads((work / "texts.json").read_text())
    engines = {"espalier": json.loads((work / "espalier.json").read_text())}
    versions = {}
    for kind in (Llguidance, XGrammar):
        try:
            engine = kind(tokenizer, shared["vocabulary"])
        except ImportError as e:
            print(f"{kind.name} is left out: {e}; pip install {kind.name}", file=sys.stderr)
            continue
        versions[kind.name] = metadata.version(kind.name)
        table = engines[kind.name] = {}
        for name, texts in shared["texts"].items():
            source = (grammars / f"{name}.{engine.form}").read_text()
            table[name] = bounded(engine, name, source, texts)
    result = {"versions": versions, "engines": engines, "overall": overall(engines)}
    Path(out).write_text(json.dumps(result, indent=1))
    print(f"{'':11}{'µs a token: cold avg':>24}{'p50':>9}{'p99':>9}{'new text':>10}{'warm':>8}{'compile':>11}")
    for name in shared["texts"]:
        for engine, t in engines.items():
            if t.get(name):
                m, n, w = (t[name][k] for k in ("maskMicros", "newTextMicros", "warmMicros"))
                print(
                    f"{name:11}{engine:12}{m['avg']:>12.2f}{m['p50']:>9.2f}{m['p99']:>9.2f}"
                    f"{n['avg']:>10.2f}{w['avg']:>8.2f}{t[name]['compileMicros']:>11.0f}")
    print(json.dumps(result["overall"]["ratios"]))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
