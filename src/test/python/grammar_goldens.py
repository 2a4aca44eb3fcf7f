"""Writes grammar/src/test/resources/golden/grammars.json: what llguidance (Lark) and XGrammar (GBNF) allow.

A small vocabulary, some grammars and texts; for every text the tokens it is read in (longest match), and before each token and
after the last one a hash of the allowed tokens and whether the text may end. Run with llguidance and xgrammar installed:

    python src/test/python/grammar_goldens.py
"""

import hashlib
import importlib.metadata
import json
import pathlib

import llguidance
import torch
import xgrammar

TARGET = pathlib.Path(__file__).parents[3] / "grammar/src/test/resources/golden/grammars.json"

JSON_GBNF = r'''
root   ::= value
value  ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" (pair ("," pair)*)? "}"
pair   ::= string ":" value
array  ::= "[" (value ("," value)*)? "]"
string ::= "\"" ([^"\\\x00-\x1f] | "\\" ["\\/bfnrt])* "\""
number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)?
'''
ARITH_GBNF = r'''
root   ::= root [-+] term | term
term   ::= term [*/] factor | factor
factor ::= [0-9]+ | "(" root ")"
'''
LIST_GBNF = r'''
root ::= item{1,3} "."?
item ::= "- " [a-z ]+ "\n"
'''
JSON_LARK = r'''
start: value
value: object | array | ESCAPED | NUMBER | "true" | "false" | "null"
object: "{" [pair ("," pair)*] "}"
pair: ESCAPED ":" value
array: "[" [value ("," value)*] "]"
ESCAPED: /"([^"\\\x00-\x1f]|\\["\\\/bfnrt])*"/
NUMBER: /-?(0|[1-9][0-9]*)(\.[0-9]+)?/
%ignore /[ \n]+/
'''
CALLS_LARK = r'''
start: (call ";")+
call: NAME "(" [arg ("," arg)*] ")"
arg: NAME | INT | call
NAME: /[a-z_][a-z0-9_]*/
%import common.INT
%ignore /[ \t]+/
'''
WORDS_LARK = r'''
start: stmt+
stmt: "if" NAME "then" stmt | NAME "=" expr ";"
expr: expr ("+" | "++") NAME | NAME
NAME: /[a-z]+/
%ignore " "
'''
TOOL_LARK = r'''
start: (think call)+ "."
think[lazy]: /[a-z ]*</
call: "f>" /[0-9]{1,3}/ "!"
'''
AMBIGUOUS_LARK = r'''
start: "a" "bc" | "ab" "d" | X Y
X: /[ab]+/
Y: /c+/ | "1".."3"
'''

CASES = [
    ("xgrammar", "gbnf", JSON_GBNF, ['{"a":[1,-2.5,true],"b c":{}}', '"x\\n\\"y"', "[[],[null,0.25]]"]),
    ("xgrammar", "gbnf", ARITH_GBNF, ["1+2*(34-5)/6", "((7))"]),
    ("xgrammar", "gbnf", LIST_GBNF, ["- the cat\n- sat on\n", "- a\n- b\n- c\n."]),
    ("llguidance", "lark", JSON_LARK, ['{"a": [1, -2.5, true], "b c": {}}', "[[ ],[null,0.25]]", '"x\\n\\"y"']),
    ("llguidance", "lark", CALLS_LARK, ["f(a, g(12,b_1 ), h());k();", "a  ( ) ; b(1);"]),
    ("llguidance", "lark", WORDS_LARK, ["if a then b = c + d;", "iff = thenx ++ if;", "if if then x=y;"]),
    ("llguidance", "lark", TOOL_LARK, ["the cat<f>12!sat on <f>999!.", "<f>1!."]),
    ("llguidance", "lark", AMBIGUOUS_LARK, ["abd", "abcc", "a1", "ab2"]),
]


def vocabulary():
    tokens = {bytes([b]) for b in range(0x80)}
    for _, _, _, texts in CASES:
        for text in texts:
            raw = text.encode()
            for i in range(len(raw)):
                for n in (2, 3, 4):
                    tokens.add(raw[i : i + n])
    return sorted(tokens)


VOCABULARY = vocabulary()
EOS = len(VOCABULARY)


def tokenize(raw):
    out = []
    at = 0
    while at < len(raw):
        best = max((t for t in VOCABULARY if raw.startswith(t, at)), key=len)
        out.append(VOCABULARY.index(best))
        at += len(best)
    return out


class Tokenizer:
    eos_token_id = EOS
    bos_token_id = None
    tokens = VOCABULARY + [b"<|eos|>"]
    special_token_ids = [EOS]

    def __call__(self, s):
        return tokenize(s if isinstance(s, bytes) else s.encode())


def digest(ids):
    return hashlib.sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()[:12]


def step(mask):
    allowed = [i for i in range(EOS) if mask[i]]
    return [len(allowed), digest(allowed), bool(mask[EOS])]


def bits(words, n):
    return [(int(words[i >> 5]) >> (i & 31)) & 1 for i in range(n)]


def run_llguidance(grammar, ids):
    tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Tokenizer()))
    matcher = llguidance.LLMatcher(
        tokenizer, llguidance.LLMatcher.grammar_from_lark('%llguidance {"no_forcing": true}\n' + grammar)
    )
    assert not matcher.is_error(), matcher.get_error()
    steps = []
    for token in ids + [None]:
        raw = matcher.compute_bitmask()
        words = [int.from_bytes(raw[i : i + 4], "little") for i in range(0, len(raw), 4)]
        steps.append(step(bits(words, EOS + 1)))
        if token is not None:
            assert matcher.consume_token(token), (grammar, token)
    return steps


def run_xgrammar(grammar, ids):
    info = xgrammar.TokenizerInfo(
        VOCABULARY + [b"<|eos|>"], vocab_type=xgrammar.VocabType.RAW, stop_token_ids=[EOS]
    )
    compiled = xgrammar.GrammarCompiler(info).compile_grammar(grammar)
    matcher = xgrammar.GrammarMatcher(compiled)
    mask = xgrammar.allocate_token_bitmask(1, EOS + 1)
    steps = []
    for token in ids + [None]:
        mask.fill_(-1)
        matcher.fill_next_token_bitmask(mask)
        words = [w & 0xFFFFFFFF for w in mask[0].tolist()]
        marked = bits(words, EOS + 1)
        # Its parser, asked byte by byte, is the authority: its masks leave out a few tokens that it accepts.
        accepted = [int(matcher.fork().accept_string(t)) for t in VOCABULARY] + [marked[EOS]]
        for i in range(EOS):
            if accepted[i] != marked[i]:
                print("xgrammar's mask and parser disagree on", VOCABULARY[i], "mask", marked[i])
        steps.append(step(accepted))
        if token is not None:
            assert matcher.accept_token(token), (grammar, token)
    return steps


def main():
    torch.set_num_threads(1)
    cases = []
    for engine, kind, grammar, texts in CASES:
        run = run_llguidance if engine == "llguidance" else run_xgrammar
        for text in texts:
            ids = tokenize(text.encode())
            cases.append({"engine": engine, "kind": kind, "grammar": grammar, "text": text, "tokens": ids, "steps": run(grammar, ids)})
    versions = {name: importlib.metadata.version(name) for name in ("llguidance", "xgrammar")}
    body = ",\n".join(json.dumps(c) for c in cases)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    vocabulary = json.dumps([t.hex() for t in VOCABULARY])
    TARGET.write_text('{"versions": %s,\n"vocabulary": %s,\n"cases": [\n%s\n]}\n' % (json.dumps(versions), vocabulary, body))
    print(len(cases), "texts,", sum(len(c["steps"]) for c in cases), "masks,", TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
