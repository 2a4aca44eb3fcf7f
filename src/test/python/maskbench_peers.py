"""Runs llguidance or xgrammar on the schemas and tokens that maskbench hands over.

    maskbench_peers.py llguidance|xgrammar WORK TOKENIZER OUT

WORK has one JSON object a line: name, schema (text), tests [{valid, tokens}]. OUT gets the figures
under maskbench's names. One pass; a worker process does the files, and one that takes longer than
LIMIT seconds over a file (or dies) is replaced and the file counted as a compile error.
"""

import json
import multiprocessing as mp
import os
import sys
import time

LIMIT = 10.0
now = time.perf_counter_ns


class Llguidance:
    def __init__(self, tokenizer):
        import llguidance
        import llguidance.numpy as arrays

        with open(tokenizer, encoding="utf-8") as f:
            self.tokenizer = llguidance.LLTokenizer(f.read())
        self.lib = llguidance
        self.mask = arrays.allocate_token_bitmask(1, self.tokenizer.vocab_size)
        self.fill = arrays.fill_next_token_bitmask
        self.version = llguidance.__version__

    def compile(self, schema):
        grammar = self.lib.LLMatcher.grammar_from_json_schema(
            schema, overrides={"whitespace_flexible": True}
        )
        matcher = self.lib.LLMatcher(self.tokenizer, grammar, log_level=0)
        if matcher.is_error():
            raise ValueError(matcher.get_error())
        self.fill(matcher, self.mask)
        return matcher

    def start(self, matcher):
        return matcher.deep_copy()

    def step(self, matcher, token):
        self.fill(matcher, self.mask)
        ok = (int(self.mask[0, token >> 5]) >> (token & 31)) & 1
        return bool(ok) and matcher.consume_token(token)

    def may_end(self, matcher):
        return matcher.is_accepting()


class Xgrammar:
    def __init__(self, tokenizer):
        import xgrammar
        from tokenizers import Tokenizer

        t = Tokenizer.from_file(tokenizer)
        size = t.get_vocab_size(with_added_tokens=True)
        words = [""] * size
        for word, i in t.get_vocab(with_added_tokens=True).items():
            words[i] = word
        self.end = next(
            i for i in (t.token_to_id(n) for n in ("<|eot_id|>", "<|im_end|>", "<eos>", "</s>")) if i is not None
        )
        info = xgrammar.TokenizerInfo(
            words, xgrammar.VocabType.BYTE_LEVEL, vocab_size=size, stop_token_ids=[self.end]
        )
        self.lib = xgrammar
        self.compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=False)
        self.mask = xgrammar.allocate_token_bitmask(1, size)
        self.words = self.mask.numpy()
        import importlib.metadata

        self.version = importlib.metadata.version("xgrammar")

    def compile(self, schema):
        compiled = self.compiler.compile_json_schema(schema, any_whitespace=True, strict_mode=False)
        self.lib.GrammarMatcher(compiled).fill_next_token_bitmask(self.mask)
        return compiled

    def start(self, compiled):
        return self.lib.GrammarMatcher(compiled)

    def step(self, matcher, token):
        if not matcher.fill_next_token_bitmask(self.mask):
            self.words.fill(-1)  # every token is allowed
        ok = (int(self.words[0, token >> 5]) >> (token & 31)) & 1
        return bool(ok) and matcher.accept_token(token)

    def may_end(self, matcher):
        if not matcher.fill_next_token_bitmask(self.mask):
            return True
        return bool((int(self.words[0, self.end >> 5]) >> (self.end & 31)) & 1)


def work(name, tokenizer, tasks, pipe):
    engine = {"llguidance": Llguidance, "xgrammar": Xgrammar}[name](tokenizer)
    pipe.send(engine.version)
    for task in tasks:
        result = {"tbm": [], "errors": []}
        begin = now()
        try:
            compiled = engine.compile(task["schema"])
        except Exception as e:  # each library has its own exceptions
            pipe.send({"refused": str(e)[:200]})
            continue
        result["ttfm"] = now() - begin
        times = result["tbm"]
        for test in task["tests"]:
            matcher = engine.start(compiled)
            accepted = True
            for token in test["tokens"]:
                begin = now()
                ok = engine.step(matcher, token)
                times.append(now() - begin)
                if not ok:
                    accepted = False
                    break
            accepted = accepted and engine.may_end(matcher)
            if accepted != test["valid"]:
                result["errors"].append("valid" if test["valid"] else "invalid")
        pipe.send(result)
    pipe.send(None)


def results(name, tokenizer, tasks):
    """A result for each task, from as many workers as it takes; first the version."""
    at = 0
    version = None
    while at < len(tasks) or version is None:
        mine, theirs = mp.Pipe()
        worker = mp.Process(target=work, args=(name, tokenizer, tasks[at:], theirs), daemon=True)
        worker.start()
        theirs.close()
        try:
            first = mine.recv()
            if version is None:
                version = first
                yield version
            while at < len(tasks):
                if not mine.poll(LIMIT):
                    yield {"refused": f"no result within {LIMIT:.0f} s"}
                    at += 1
                    break
                yield mine.recv()
                at += 1
        except EOFError:
            if version is None:
                raise SystemExit(f"{name} cannot be loaded")
            yield {"refused": "the process died"}
            at += 1
        worker.kill()
        worker.join()


def spread(nanos):
    s = sorted(nanos) or [0]

    def at(share):
        return round(s[min(len(s) - 1, int(share * len(s)))] / 1e3, 2)

    return {
        "avg": round(sum(s) / len(s) / 1e3, 2),
        "p25": at(0.25),
        "p50": at(0.5),
        "p75": at(0.75),
        "p90": at(0.9),
        "p99": at(0.99),
        "p999": at(0.999),
        "max": at(1.0),
    }


def main(name, source, tokenizer, out):
    with open(source, encoding="utf-8") as f:
        tasks = [json.loads(line) for line in f]
    stream = results(name, tokenizer, tasks)
    version = next(stream)
    ttfm, tbm = [], []
    passed = refused = valid_refused = invalid_accepted = 0
    for i, result in enumerate(stream):
        if sys.stderr.isatty() or i % 200 == 0:
            print(f"\r{name} {i}/{len(tasks)}", end="", file=sys.stderr, flush=True)
        if "refused" in result:
            refused += 1
            continue
        ttfm.append(result["ttfm"])
        tbm.extend(result["tbm"])
        valid_refused += result["errors"].count("valid")
        invalid_accepted += result["errors"].count("invalid")
        passed += not result["errors"]
    print(file=sys.stderr)
    with open(out, "w", encoding="utf-8") as f:
        json.dump(
            {
                "version": version,
                "files": len(tasks),
                "pass": passed,
                "compileErrors": refused,
                "validationErrors": valid_refused,
                "invalidationErrors": invalid_accepted,
                "tokens": len(tbm),
                "ttfmMicros": spread(ttfm),
                "tbmMicros": spread(tbm),
                "runs": 1,
            },
            f,
        )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(*sys.argv[1:])
