"""Renders the chat templates of core/src/test/resources/chat with Hugging Face transformers.

Writes golden.json there, which GoldenChatTemplateTest compares with Espalier's renderings, and
expressions.golden.json, for small templates that probe the language. Run from the repository root:

    pip install transformers==5.23.0 jinja2==3.1.6
    python src/test/python/render_chat_templates.py
"""

import datetime
import json
import pathlib

from transformers.utils import chat_template_utils

ROOT = pathlib.Path("core/src/test/resources/chat")


class FixedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 3, 5, 7, 8, 9)


def render(source, **variables):
    try:
        template = chat_template_utils._compile_jinja_template(source)
        return {"text": template.render(**variables)}
    except Exception as e:  # which templates raise, and that Espalier does so too, is the point
        return {"error": type(e).__name__}


def dump(name, value):
    text = json.dumps(value, indent=1, ensure_ascii=False)
    (ROOT / name).write_text(text + "\n", encoding="utf-8")


def main():
    chat_template_utils.datetime = FixedClock
    templates = json.loads((ROOT / "templates.json").read_text(encoding="utf-8"))
    cases = json.loads((ROOT / "cases.json").read_text(encoding="utf-8"))
    golden = []
    for template in templates:
        source = (ROOT / (template["name"] + ".jinja")).read_text(encoding="utf-8")
        for case in cases:
            rendered = render(
                source,
                messages=case["messages"],
                tools=case.get("tools"),
                documents=None,
                add_generation_prompt=case["add_generation_prompt"],
                **template["special_tokens"],
                **case.get("variables", {}),
            )
            golden.append({"template": template["name"], "case": case["name"], **rendered})
    dump("golden.json", golden)
    probes = json.loads((ROOT / "expressions.json").read_text(encoding="utf-8"))
    variables = probes["variables"]
    dump(
        "expressions.golden.json",
        [{"template": t, **render(t, **variables)} for t in probes["templates"]],
    )


if __name__ == "__main__":
    main()
