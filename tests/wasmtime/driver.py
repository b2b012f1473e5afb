"""Runs modules with wasmtime, and tells which functions are called.

On standard input: for each module its length, as 4 bytes with the lowest first, and its bytes. On standard
output, for each module, a line of JSON: {"refused": message} where wasmtime does not take it; else
{"imports": [[module, name, parameters, results], …], "exports": {name: {"log": [number, …], "trap": bool}}}.

Every exported function without parameters and results is called. What the module's functions do, they write
down themselves, in the memory that it exports: at LOG is the length of the list in bytes, behind it the
list. The host's functions write there too: HOST and their place among the imports.
"""

import json
import struct
import sys

import wasmtime

LOG = 16
HOST = 1 << 30

ZERO = {"i32": 0, "i64": 0, "f32": 0.0, "f64": 0.0}


def write_down(memory, store, number):
    (length,) = struct.unpack("<i", memory.read(store, LOG, LOG + 4))
    length += 4
    memory.write(store, struct.pack("<i", length), LOG)
    memory.write(store, struct.pack("<i", number), LOG + length)


def host_function(store, index, type_):
    results = [ZERO[str(it)] for it in type_.results]

    def called(caller, *_):
        write_down(caller["memory"], caller, HOST + index)
        return results[0] if len(results) == 1 else (results or None)

    return wasmtime.Func(store, type_, called, access_caller=True)


def call(store, memory, function):
    memory.write(store, struct.pack("<i", 0), LOG)
    trap = False
    try:
        function(store)
    except wasmtime.Trap:
        trap = True
    (length,) = struct.unpack("<i", memory.read(store, LOG, LOG + 4))
    log = struct.unpack(f"<{length // 4}i", memory.read(store, LOG + 4, LOG + 4 + length))
    return {"log": log, "trap": trap}


def run(engine, code):
    try:
        module = wasmtime.Module(engine, code)
    except wasmtime.WasmtimeError as error:
        return {"refused": str(error)}
    store = wasmtime.Store(engine)
    functions = [host_function(store, at, it.type) for at, it in enumerate(module.imports)]
    exports = wasmtime.Instance(store, module, functions).exports(store)
    words = lambda types: [str(it) for it in types]
    called = {}
    for it in module.exports:
        if isinstance(it.type, wasmtime.FuncType) and not (it.type.params or it.type.results):
            called[it.name] = call(store, exports["memory"], exports[it.name])
    imports = [
        [it.module, it.name, words(it.type.params), words(it.type.results)] for it in module.imports
    ]
    return {"imports": imports, "exports": called}


def main():
    engine = wasmtime.Engine()
    while length := sys.stdin.buffer.read(4):
        code = sys.stdin.buffer.read(struct.unpack("<I", length)[0])
        print(json.dumps(run(engine, code)), flush=True)


main()
