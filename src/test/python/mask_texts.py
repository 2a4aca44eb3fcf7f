"""Writes the sample texts of masks-vs-peers, three a grammar, and the grammar of 5,000 choices.

    python mask_texts.py [src/test/resources/masks]

The texts are kept under version control; run this only to change them.
"""

import random
import sys
from pathlib import Path

LENGTH = 6000  # bytes, about 2,000 tokens
WORDS = (
    "the quick brown fox jumps over lazy dog customer order invoice total amount price user account"
    " status active pending created updated message error value index count name address street city"
    " country phone email product category item quantity shipping payment method history result"
    " response request server client token session profile image description title summary content"
    " author date time zone language version release build config option"
).split()


class Texts:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def word(self):
        return self.r.choice(WORDS)

    def words(self, n):
        return " ".join(self.word() for _ in range(n))

    def pick(self, *options):
        return self.r.choice(options)

    def until(self, piece, separator=""):
        parts = []
        while sum(map(len, parts)) < LENGTH:
            parts.append(piece())
        return separator.join(parts)

    # One method a grammar.

    def json(self):
        return "[\n" + self.until(lambda: self.json_object(4, 1), ",\n") + "\n]"

    def json_value(self, depth, indent):
        r = self.r
        kind = r.randrange(4 if depth <= 0 else 9)
        if kind == 0:
            return str(r.randrange(100000))
        if kind == 1:
            return f"{r.randrange(1000)}.{r.randrange(100)}"
        if kind == 2:
            return self.pick("true", "false", "null")
        if kind <= 4:
            tail = r'\n\"é ü\" 日本' if r.randrange(6) == 0 else ""
            return '"' + self.words(r.randrange(1, 9)) + tail + '"'
        if kind <= 6:
            items = [self.json_value(depth - 1, indent) for _ in range(r.randrange(5))]
            return "[" + ", ".join(items) + "]"
        return self.json_object(depth, indent)

    def json_object(self, depth, indent):
        inner = "\n" + "  " * (indent + 1)
        pairs = []
        for _ in range(self.r.randrange(1, 7)):
            key = self.word() + self.pick("", "_" + self.word())
            pairs.append(f'{inner}"{key}": {self.json_value(depth - 1, indent + 1)}')
        return "{" + ",".join(pairs) + "\n" + "  " * indent + "}"

    def arithmetic(self):
        return self.until(lambda: f"{self.word()} = {self.sum(5)}\n")

    def sum(self, depth):
        r = self.r
        kind = r.randrange(2 if depth <= 0 else 8)
        if kind == 0:
            return str(r.randrange(10000)) + self.pick("", f".{r.randrange(99)}")
        if kind == 1:
            return self.word()
        if kind <= 4:
            return self.sum(depth - 1) + self.pick(" + ", " - ", "*", " / ") + self.sum(depth - 1)
        if kind == 5:
            return "(" + self.sum(depth - 1) + ")"
        if kind == 6:
            f = self.pick("sin", "max", "f")
            return f"{f}({self.sum(depth - 1)}, {self.sum(depth - 1)})"
        return f"-{self.word()}^{self.sum(0)}"

    def c(self):
        def function():
            head = f"int {self.word()}(int {self.word()}, char* {self.word()}) {{\n"
            return head + "".join(self.c_statement(3, "  ") for _ in range(5)) + "}\n"

        return self.until(function)

    def c_expression(self, depth):
        r = self.r
        kind = r.randrange(2 if depth <= 0 else 9)
        if kind == 0:
            return str(r.randrange(1000))
        if kind == 1:
            return self.word()
        if kind <= 3:
            op = self.pick(" + ", " - ", " * ", " == ", " < ", " && ", " || ")
            return self.c_expression(depth - 1) + op + self.c_expression(depth - 1)
        if kind == 4:
            return "(" + self.c_expression(depth - 1) + ")"
        if kind == 5:
            return f"{self.word()}({self.c_expression(depth - 1)}, {self.c_expression(depth - 1)})"
        if kind == 6:
            return f"{self.word()}[{self.c_expression(depth - 1)}]"
        if kind == 7:
            return f"{self.word()}->{self.word()}"
        return f'"{self.words(2)}\\n"'

    def c_statement(self, depth, indent):
        r = self.r
        kind = r.randrange(4 if depth <= 0 else 9)
        deeper = indent + "  "
        if kind == 0:
            kind = self.pick("int", "char", "double")
            return f"{indent}{kind} {self.word()} = {self.c_expression(1)};\n"
        if kind == 1:
            return f"{indent}{self.word()} = {self.c_expression(2)};\n"
        if kind == 2:
            return f"{indent}{self.word()}({self.c_expression(1)});\n"
        if kind == 3:
            return f"{indent}// {self.words(5)}\n"
        if kind <= 5:
            s = f"{indent}if ({self.c_expression(2)}) {{\n"
            s += self.c_statement(depth - 1, deeper) + self.c_statement(depth - 1, deeper)
            s += indent + "}"
            if r.random() < 0.5:
                s += " else {\n" + self.c_statement(depth - 1, deeper) + indent + "}"
            return s + "\n"
        if kind == 6:
            body = self.c_statement(depth - 1, deeper)
            return f"{indent}while ({self.c_expression(2)}) {{\n{body}{indent}}}\n"
        if kind == 7:
            body = self.c_statement(depth - 1, deeper)
            return f"{indent}for (int i = 0; i < {self.word()}; i++) {{\n{body}{indent}}}\n"
        return f"{indent}return {self.c_expression(2)};\n"

    def chess(self):
        return self.until(self.chess_game, "\n")

    def chess_game(self):
        turns = "".join(
            f"{i}. {self.chess_move()} {self.chess_move()} "
            for i in range(1, self.r.randrange(15, 60))
        )
        return turns + self.pick("1-0", "0-1", "1/2-1/2", "*") + "\n"

    def chess_move(self):
        square = self.pick(*"abcdefgh") + self.pick(*"12345678")
        kind = self.r.randrange(12)
        if kind == 0:
            move = self.pick("O-O", "O-O-O")
        elif kind <= 4:
            capture = self.pick("", "", self.pick(*"abcdefgh") + "x")
            move = capture + square + self.pick("", "", "", "", "=Q")
        else:
            origin = self.pick("", "", "", *"abcdefgh")
            move = self.pick(*"KQRBN") + origin + self.pick("", "", "x") + square
        return move + self.pick("", "", "", "", "+", "#")

    def sql(self):
        return self.until(lambda: self.sql_select(3) + ";\n")

    def sql_expression(self, depth):
        r = self.r
        kind = r.randrange(3 if depth <= 0 else 6)
        if kind == 0:
            return str(r.randrange(1000))
        if kind == 1:
            return self.word()
        if kind == 2:
            return f"t{r.randrange(4)}.{self.word()}"
        if kind == 3:
            op = self.pick(" + ", " - ", " * ")
            return self.sql_expression(depth - 1) + op + self.sql_expression(depth - 1)
        if kind == 4:
            f = self.pick("SUM", "COUNT", "AVG", "COALESCE")
            return f"{f}({self.sql_expression(depth - 1)})"
        return f"'{self.words(2)}'"

    def sql_condition(self, depth):
        r = self.r
        kind = 0 if depth <= 0 else r.randrange(7)
        if kind == 0:
            op = self.pick(" = ", " <> ", " >= ", " < ")
            return self.sql_expression(1) + op + self.sql_expression(1)
        if kind == 1:
            return self.sql_condition(depth - 1) + " AND " + self.sql_condition(depth - 1)
        if kind == 2:
            return "(" + self.sql_condition(depth - 1) + " OR " + self.sql_condition(depth - 1) + ")"
        if kind == 3:
            return self.word() + " IS NOT NULL"
        if kind == 4:
            return f"{self.word()} IN ({r.randrange(9)}, {r.randrange(99)})"
        if kind == 5:
            return f"{self.word()} LIKE '%{self.word()}%'"
        return f"{self.word()} IN ({self.sql_select(0)})"

    def sql_select(self, depth):
        r = self.r
        columns = [
            self.sql_expression(2) + self.pick("", " AS " + self.word())
            for _ in range(r.randrange(1, 5))
        ]
        s = f"SELECT {', '.join(columns)} FROM {self.word()} t0"
        if depth > 0:
            for i in range(1, r.randrange(1, 4)):
                s += f"\n  LEFT JOIN {self.word()} t{i} ON {self.sql_condition(0)}"
        s += " WHERE " + self.sql_condition(depth)
        if depth > 0 and r.random() < 0.5:
            s += f"\n  GROUP BY {self.word()} ORDER BY {self.word()} DESC LIMIT 10"
        return s

    def xml(self):
        return "<section>" + self.until(lambda: self.xml_element(5, 1)) + "</section>"

    def xml_element(self, depth, indent):
        r = self.r
        tag = self.pick("section", "item", "p", "b", *(["list"] if depth > 0 else []))
        attributes = ""
        if tag != "b":
            for _ in range(r.randrange(3)):
                attributes += f' {self.word()}="{self.words(2)}"'
        s = f"<{tag}{attributes}>"
        for _ in range(r.randrange(1, 5)):
            if tag == "list" or (depth > 0 and r.random() < 0.5):
                s += "\n" + "  " * (indent + 1) + self.xml_element(depth - 1, indent + 1)
            else:
                s += self.words(r.randrange(3, 13)) + self.pick("", ", ", ". ", "&amp;")
        if tag == "list":
            s += "\n" + "  " * indent
        return s + f"</{tag}>"

    def email(self):
        def address():
            local = self.word() + self.pick(".", "_", "") + self.word() + str(self.r.randrange(99))
            domain = self.word() + self.pick("", "-" + self.word())
            return f"{local}@{domain}.{self.pick('com', 'org', 'co.uk', 'de')}\n"

        return self.until(address)

    def date(self):
        def moment():
            r = self.r
            s = f"{r.randrange(1900, 2100)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"
            if r.random() < 0.5:
                s += f"T{r.randrange(24):02}:{r.randrange(60):02}:{r.randrange(60):02}"
                s += self.pick("", f".{r.randrange(1000):03}")
                s += self.pick("Z", "+01:00", "-08:30")
            return s + "\n"

        return self.until(moment)

    def choice(self):
        names = choices()
        return self.until(lambda: self.r.choice(names) + "\n")


def choices():
    texts = Texts(5)
    verbs = "get set list create delete update find search open close".split()
    names = {}
    while len(names) < 5000:
        more = texts.pick("", "_" + texts.word())
        names[f"{texts.pick(*verbs)}_{texts.word()}_{texts.word()}{more}"] = None
    return list(names)


def main(folder):
    for name in "json arithmetic c chess sql xml email date choice".split():
        for i in (1, 2, 3):
            text = getattr(Texts(i), name)()
            (folder / f"{name}.{i}.txt").write_text(text, encoding="utf-8")
    quoted = [f'"{n}"' for n in choices()]
    (folder / "choice.gbnf").write_text(
        'root ::= (choice "\\n")+\nchoice ::= ' + " |\n  ".join(quoted) + "\n")
    (folder / "choice.lark").write_text(
        'start: (CHOICE "\\n")+\nCHOICE: ' + "\n  | ".join(quoted) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "src/test/resources/masks"))
