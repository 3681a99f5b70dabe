"""Recurrent network of the benchmarks."""

import numpy as np

from model_builder import Builder

STEPS = 100
HIDDEN = 512
LAYERS = 2


def lstm():
    b = Builder("lstm", 100)
    x = b.input("sequence", (STEPS, 1, HIDDEN))
    for _ in range(LAYERS):
        w = b.weight((1, 4 * HIDDEN, HIDDEN), HIDDEN)
        r = b.weight((1, 4 * HIDDEN, HIDDEN), HIDDEN)
        bias = b.constant((0.1 * b.random.standard_normal((1, 8 * HIDDEN)))
                          .astype(np.float32))
        y, _, _ = b.op("LSTM", x, w, r, bias, outputs=3, hidden_size=HIDDEN)
        x = b.op("Squeeze", y, b.ints(1))
    b.output(x, "states", (STEPS, 1, HIDDEN))
    return b.model()
