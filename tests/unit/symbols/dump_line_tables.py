# SPDX-License-Identifier: MIT
"""Print the line tables of the standard library's code objects, and what the interpreter itself reads from them.

One line per code object: table in hex, co_firstlineno, and the line of each code unit, as line*count,... with 0 for none.
"""
import itertools
import os
import sys
import types
from pathlib import Path

# Constructs that the standard library may not have in every version.
EXTRA = '''
async def agen(xs):
    async with open_() as f, g() as h:
        async for x in xs:
            yield [await y async for y in x if (lambda: y)()]
def gen():
    try:
        x = yield from range(3)
    except* ValueError as e:
        raise
    finally:
        del x
    match x:
        case {"a": [1, *rest]}:
            return (
                rest
                +
                [z for z in rest]
            )
class C(metaclass=M):
    x: int = 3
    def f(self): return super().f(
        *self.x,


        **{}
    )
''' + "\n" * 5000 + "far = 1\n" + "def g():\n" + "    x = 1\n" * 3000


def code_objects(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from code_objects(constant)


def dump(source, name):
    for code in code_objects(compile(source, name, "exec")):
        lines = [position[0] or 0 for position in code.co_positions()]
        runs = ",".join(f"{line}*{len(list(run))}" for line, run in itertools.groupby(lines))
        print(code.co_linetable.hex(), code.co_firstlineno, runs)


def main():
    print(sys.version.split()[0])
    dump(EXTRA, "extra")
    library = Path(os.__file__).parent  # what sysconfig says is wrong in some of Debian's builds
    for path in sorted(library.glob("*.py")) + sorted(library.glob("asyncio/*.py")):
        try:
            dump(path.read_bytes(), str(path))
        except SyntaxError:
            pass


main()
