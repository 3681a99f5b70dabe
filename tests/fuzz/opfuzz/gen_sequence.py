"""Recurrent networks and attention."""

import math

import numpy as np

from opfuzz import bounds
from opfuzz.case import generates

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def _weight(b, shape):
    """Small enough that no gate saturates and nothing grows."""
    size = 1 / math.sqrt(max(1, shape[-1]))
    b.tensor(b.random.tensor(b.type("T"), shape, low=-size, high=size),
             constant=0.5)


def _optional(b, present, array):
    if present:
        b.tensor(array)
    else:
        b.omit()


@generates("LSTM", "GRU", "RNN", since=7)
def recurrent(b):
    name, random = b.schema.name, b.random
    length, batch, inputs, hidden = (random.integer(1, n)
                                     for n in (5, 4, 5, 6))
    direction = random.choose(("forward", "reverse", "bidirectional"))
    ways = 2 if direction == "bidirectional" else 1
    layout = random.integer(0, 1) if b.has("layout") else 0
    dtype = b.type("T")

    def swap(first, second, *rest):
        return (second, first, *rest) if layout else (first, second, *rest)

    b.tensor(random.tensor(dtype, swap(length, batch, inputs), low=-2, high=2))
    rows = GATES[name] * hidden
    _weight(b, (ways, rows, inputs))
    _weight(b, (ways, rows, hidden))
    _optional(b, random.chance(0.6),
              random.tensor(dtype, (ways, 2 * rows), low=-0.5, high=0.5))
    lengths = random.chance(0.1)
    _optional(b, lengths, random.tensor(np.int32, (batch,), low=1,
                                        high=length))
    state = swap(ways, batch, hidden)
    _optional(b, random.chance(0.5), random.tensor(dtype, state, low=-1,
                                                   high=1))
    if name == "LSTM":
        _optional(b, random.chance(0.5), random.tensor(dtype, state, low=-1,
                                                       high=1))
        _optional(b, random.chance(0.3), random.tensor(
            dtype, (ways, 3 * hidden), low=-0.5, high=0.5))
    b.set(hidden_size=hidden)
    if direction != "forward" or random.chance(0.3):
        b.set(direction=direction)
    if layout:
        b.set(layout=1)
    if name == "GRU":
        b.flag("linear_before_reset")
    if random.chance(0.1):
        b.set(clip=random.real(0.2, 2))
    b.tag(lengths or "clip" in b.attributes, "lengths or clip")
    b.output_count = random.integer(1, 3 if name == "LSTM" else 2)
    b.bound = bounds.real(8 * length * (inputs + hidden), floor=32)


# ---- Attention ----------------------------------------------------------


def _heads(shape, packed):
    """[batch, heads, length, size] as it is, or packed into 3-D."""
    batch, heads, length, size = shape
    return (batch, length, heads * size) if packed else shape


def _mask(b, batch, heads, queries, total):
    shape = b.random.choose(((queries, total), (1, 1, queries, total),
                             (batch, 1, queries, total),
                             (batch, heads, queries, total)))
    kind = b.type("U", lambda d: d.kind == "b" or d == b.type("T1"))
    if kind.kind == "b":
        mask = b.random.rng.random(shape) < 0.8
        mask[..., 0] = True  # no row without a key
        return mask
    return b.random.tensor(kind, shape, low=-2, high=2)


@generates("Attention")
def attention(b):
    random = b.random
    batch, kv_heads, queries, keys, size, value_size = (
        random.integer(1, n) for n in (2, 2, 4, 5, 6, 6))
    heads = kv_heads * random.integer(1, 2)
    packed = random.chance(0.4)
    past = random.integer(1, 3) if random.chance(0.3) else 0
    dtype = b.type("T1")
    b.type("T2", (dtype.name,))

    def tensor(*shape):
        b.tensor(random.tensor(dtype, shape, low=-2, high=2))

    tensor(*_heads((batch, heads, queries, size), packed))
    tensor(*_heads((batch, kv_heads, keys, size), packed))
    tensor(*_heads((batch, kv_heads, keys, value_size), packed))
    if random.chance(0.5):
        b.tensor(_mask(b, batch, heads, queries, past + keys))
    else:
        b.omit()
    if past:
        tensor(batch, kv_heads, past, size)
        tensor(batch, kv_heads, past, value_size)
    b.output_count = 3 if past else 1
    if past and random.chance(0.3):
        b.output_count = 4
        b.maybe(qk_matmul_output_mode=random.integer(0, 3))
    if packed:
        b.set(q_num_heads=heads, kv_num_heads=kv_heads)
    b.maybe(0.3, scale=random.real(0.1, 1), softcap=random.real(0.5, 3))
    # Top-left before 25, bottom-right since: the same for square scores.
    b.maybe(0.3, is_causal=1)
    b.maybe(0.2, left_window_size=random.integer(0, 3))
    b.tag(queries != keys or past, "not square")
    b.bound = bounds.real(8 * (size + keys + past) + 32, floor=32)


@generates("LinearAttention")
def linear_attention(b):
    random = b.random
    batch, length, kv_heads, key_size, value_size = (
        random.integer(1, n) for n in (2, 4, 2, 4, 4))
    heads = kv_heads * random.integer(1, 2)
    rule = random.choose(("linear", "gated", "delta", "gated_delta"))
    dtype = b.type("T")
    b.type("S", (dtype.name,))

    def tensor(*shape, low=-1.0, high=1.0):
        b.tensor(random.tensor(dtype, shape, low=low, high=high))

    tensor(batch, length, heads * key_size)
    tensor(batch, length, kv_heads * key_size, low=-0.5, high=0.5)
    tensor(batch, length, kv_heads * value_size)
    if random.chance(0.5):
        tensor(batch, kv_heads, key_size, value_size)
    else:
        b.omit()
    if "gated" in rule:
        width = kv_heads * random.choose((1, key_size))
        tensor(batch, length, width, low=-1.0, high=0.0)
    else:
        b.omit()
    if "delta" in rule:
        tensor(batch, length, random.choose((1, kv_heads)), low=0.0)
    b.set(q_num_heads=heads, kv_num_heads=kv_heads)
    if rule != "gated_delta" or random.chance(0.5):
        b.set(update_rule=rule)
    b.maybe(0.4, scale=random.real(0.2, 1), chunk_size=random.integer(1, 8))
    b.bound = bounds.real(16 * length * (key_size + 2), floor=16)


@generates("RotaryEmbedding")
def rotary_embedding(b):
    random = b.random
    batch, heads, length, half = (random.integer(1, n) for n in (2, 3, 4, 4))
    part = random.integer(1, half)
    partial = random.chance(0.4)
    width = part if partial else half
    packed = random.chance(0.5)
    dtype = b.type("T")
    b.tensor(random.tensor(
        dtype, _heads((batch, heads, length, 2 * half), packed),
        finite=True))
    positions = random.chance(0.6)
    most = random.integer(length, 9)
    cache = (most, width) if positions else (batch, length, width)
    for _ in range(2):
        b.tensor(random.tensor(dtype, cache, low=-1, high=1))
    if positions:
        b.tensor(random.tensor(np.int64, (batch, length), low=0,
                               high=most - 1))
    if packed:
        b.set(num_heads=heads)
    if partial:
        b.set(rotary_embedding_dim=2 * width)
    b.flag("interleaved")
    b.bound = bounds.real(2)
