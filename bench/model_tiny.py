"""Chains of tiny nodes: they show what a runtime costs beside its kernels."""

from model_builder import Builder

ELEMENTS = 16
# No neighbours that cancel or fold into each other; the values stay bounded.
PATTERN = ("Sigmoid", "Abs", "Tanh", "Neg", "Softsign")


def chain(count):
    b = Builder(f"chain{count}", count)
    x = b.input("x", (1, ELEMENTS))
    for i in range(count):
        if i % 6 == 5:
            x = b.op("Add", x, b.vector(ELEMENTS, 0.5, 0.25))
        else:
            x = b.op(PATTERN[i % 6], x)
    b.output(x, "y", (1, ELEMENTS))
    return b.model()
