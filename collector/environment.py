"""Settings of a server process as the environment holds them.

A secret may stand in a file that `<NAME>_FILE` points to.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

Fields = dict[str, str]


def read_fields(
    environ: Mapping[str, str], prefix: str, secrets: Collection[str]
) -> tuple[Fields, list[str]]:
    """Give what stands behind the prefix, by name in small letters, and what is wrong.

    `secrets` are the names that may stand in a file instead.
    """
    fields: Fields = {}
    problems: list[str] = []
    for variable, value in sorted(environ.items()):
        if not variable.startswith(prefix):
            continue
        name = variable.removeprefix(prefix).lower()
        secret = name.removesuffix("_file")
        if name != secret and secret in secrets:
            try:
                fields[secret] = Path(value).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{variable}: {value!r} cannot be read: {error}")
        else:
            fields[name] = value
    return fields, problems


def sentence_of(problem: Any, prefix: str) -> str:
    """Say one of pydantic's problems in words, with the variable that it is about.

    A value is not quoted: it may be a secret.
    """
    name = prefix + "_".join(map(str, problem["loc"])).upper()
    if problem["type"] == "missing":
        return f"{name} is missing"
    if problem["type"] == "extra_forbidden":
        return f"{name} is no setting"
    if not problem["loc"]:
        return str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {problem['msg'].lower()}"
