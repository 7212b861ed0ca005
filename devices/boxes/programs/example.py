"""A black box as a program: every unit has a gain of its own and a ceiling, z = tanh(g n).

A template for a driver of real hardware: replace `Box`. The protocol is described in src/chips/boxes/program.md. Nothing but the
standard library is needed. Whatever is to be seen goes to stderr, because stdout belongs to the protocol.
"""

import json
import random
import sys
from array import array
from math import tanh


class Box:
    def __init__(self, units: int, seed: int) -> None:
        draw = random.Random(seed)
        self.gains = [draw.uniform(0.5, 2) for _ in range(units)]

    def send(self, rows: int, values: array) -> array:
        """Passes a batch on: rows of one value per unit, one row after the other."""
        return array("f", (tanh(gain * n) for gain, n in zip(self.gains * rows, values)))


def main() -> None:
    box = None
    while line := sys.stdin.buffer.readline():  # nothing at all: the other side is gone
        request = json.loads(line)
        if request["kind"] == "hello":
            box = Box(request["units"], request["seed"])
            answer({"mortal": 1, "kind": "hello"})
        elif request["kind"] == "send":
            rows, units = request["rows"], request["units"]
            values = floats(sys.stdin.buffer.read(4 * rows * units))
            answer({"kind": "sent", "rows": rows, "units": units}, box.send(rows, values))
        elif request["kind"] == "bye":
            return


def floats(payload: bytes) -> array:
    values = array("f")
    values.frombytes(payload)
    return swapped(values)


def answer(header: dict, values: array = array("f")) -> None:
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + swapped(values).tobytes())
    sys.stdout.buffer.flush()


def swapped(values: array) -> array:
    """To or from little-endian, on machines that are not."""
    if sys.byteorder == "big":
        values.byteswap()
    return values


if __name__ == "__main__":
    main()
