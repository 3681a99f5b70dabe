"""Transformers of the benchmarks, written out in basic operators as
exporters do."""

import numpy as np
from onnx import TensorProto

from model_builder import Builder

HIDDEN = 768
HEADS = 12
HEAD = HIDDEN // HEADS
LAYERS = 12
INNER = 4 * HIDDEN

BERT_TOKENS = 128
BERT_VOCABULARY = 30522
GPT2_VOCABULARY = 50257
GPT2_CONTEXT = 512
GPT2_POSITIONS = 1024


class Transformer(Builder):
    def linear(self, x, c_in, c_out, gain=1.0):
        x = self.op("MatMul", x, self.weight((c_in, c_out), c_in, gain))
        return self.op("Add", x, self.vector(c_out))

    def layer_norm(self, x):
        return self.op("LayerNormalization", x,
                       self.vector(HIDDEN, 1.0, 0.05), self.vector(HIDDEN),
                       axis=-1, epsilon=1e-5)

    def heads(self, x, tokens, transpose):
        x = self.op("Reshape", x, self.ints(1, tokens, HEADS, HEAD))
        return self.op("Transpose", x, perm=transpose)

    def attention(self, q, k, v, tokens, mask=None):
        """q 1xHxTxD, k 1xHxDxS, v 1xHxSxD."""
        scores = self.op("Div", self.op("MatMul", q, k),
                         self.scalar(np.sqrt(HEAD)))
        if mask is not None:
            scores = self.op("Add", scores, mask)
        mixed = self.op("MatMul", self.op("Softmax", scores, axis=-1), v)
        mixed = self.op("Transpose", mixed, perm=[0, 2, 1, 3])
        return self.op("Reshape", mixed, self.ints(1, tokens, HIDDEN))

    def gelu_erf(self, x):
        inner = self.op("Erf", self.op("Div", x, self.scalar(np.sqrt(2))))
        inner = self.op("Add", inner, self.scalar(1))
        return self.op("Mul", self.op("Mul", x, inner), self.scalar(0.5))

    def gelu_tanh(self, x):
        cube = self.op("Pow", x, self.scalar(3))
        inner = self.op("Add", x, self.op("Mul", cube, self.scalar(0.044715)))
        inner = self.op("Mul", inner, self.scalar(np.sqrt(2 / np.pi)))
        inner = self.op("Add", self.op("Tanh", inner), self.scalar(1))
        return self.op("Mul", self.op("Mul", x, self.scalar(0.5)), inner)


def bert_base():
    b = Transformer("bert_base", 128)
    ids = b.input("input_ids", (1, BERT_TOKENS), TensorProto.INT64)
    mask = b.input("attention_mask", (1, BERT_TOKENS), TensorProto.INT64)
    kinds = b.input("token_type_ids", (1, BERT_TOKENS), TensorProto.INT64)
    open_ = b.op("Cast", b.op("Unsqueeze", mask, b.ints(1, 2)),
                 to=TensorProto.FLOAT)
    shut = b.op("Mul", b.op("Sub", b.scalar(1), open_), b.scalar(-10000))
    x = b.op("Gather", b.weight((BERT_VOCABULARY, HIDDEN), 1), ids)
    x = b.op("Add", x, b.op("Gather", b.weight((2, HIDDEN), 1), kinds))
    x = b.op("Add", x, b.weight((1, BERT_TOKENS, HIDDEN), 1))
    x = b.layer_norm(x)
    for _ in range(LAYERS):
        q = b.heads(b.linear(x, HIDDEN, HIDDEN), BERT_TOKENS, [0, 2, 1, 3])
        k = b.heads(b.linear(x, HIDDEN, HIDDEN), BERT_TOKENS, [0, 2, 3, 1])
        v = b.heads(b.linear(x, HIDDEN, HIDDEN), BERT_TOKENS, [0, 2, 1, 3])
        mixed = b.linear(b.attention(q, k, v, BERT_TOKENS, shut), HIDDEN,
                         HIDDEN)
        x = b.layer_norm(b.op("Add", x, mixed))
        inner = b.gelu_erf(b.linear(x, HIDDEN, INNER))
        x = b.layer_norm(b.op("Add", x, b.linear(inner, INNER, HIDDEN)))
    b.output(x, "hidden", (1, BERT_TOKENS, HIDDEN))
    return b.model()


def gpt2_step():
    """One token after GPT2_CONTEXT - 1 cached ones."""
    past = GPT2_CONTEXT - 1
    b = Transformer("gpt2_step", 124)
    ids = b.input("input_ids", (1, 1), TensorProto.INT64)
    position = b.input("position_ids", (1, 1), TensorProto.INT64)
    table = b.weight((GPT2_VOCABULARY, HIDDEN), 1)
    x = b.op("Gather", table, ids)
    x = b.op("Add", x,
             b.op("Gather", b.weight((GPT2_POSITIONS, HIDDEN), 1), position))
    caches = []
    for i in range(LAYERS):
        y = b.layer_norm(x)
        q, k, v = b.op("Split", b.linear(y, HIDDEN, 3 * HIDDEN), outputs=3,
                       axis=-1)
        q = b.heads(q, 1, [0, 2, 1, 3])
        k = b.heads(k, 1, [0, 2, 1, 3])
        v = b.heads(v, 1, [0, 2, 1, 3])
        shape = (1, HEADS, past, HEAD)
        k = b.op("Concat", b.input(f"past_key_{i}", shape), k, axis=2)
        v = b.op("Concat", b.input(f"past_value_{i}", shape), v, axis=2)
        caches += [(k, f"present_key_{i}"), (v, f"present_value_{i}")]
        keys = b.op("Transpose", k, perm=[0, 1, 3, 2])
        mixed = b.linear(b.attention(q, keys, v, 1), HIDDEN, HIDDEN)
        x = b.op("Add", x, mixed)
        y = b.gelu_tanh(b.linear(b.layer_norm(x), HIDDEN, INNER))
        x = b.op("Add", x, b.linear(y, INNER, HIDDEN))
    x = b.layer_norm(x)
    x = b.op("MatMul", x, b.op("Transpose", table, perm=[1, 0]))
    b.output(x, "logits", (1, 1, GPT2_VOCABULARY))
    for value, name in caches:
        b.output(value, name, (1, HEADS, GPT2_CONTEXT, HEAD))
    return b.model()
