// Tiles of accumulators that stay in registers, over a vector type V (see
// vec8.h). Included inside the namespace of one instruction set, like every
// loop file: no include guard, nothing from the standard library.

// kVectors vectors as nested members rather than an array: GCC 12 keeps arrays
// of vectors in memory inside the product loop, a third of the speed.
template <typename V, int kVectors>
struct VectorRow {
  V head;
  VectorRow<V, kVectors - 1> tail;

  [[gnu::always_inline]] void Clear() {
    head = V::Set(0.0f);
    tail.Clear();
  }
  [[gnu::always_inline]] void Load(const float* p) {
    head = V::Load(p);
    tail.Load(p + V::kLanes);
  }
  [[gnu::always_inline]] void Store(float* p) const {
    V::Store(p, head);
    tail.Store(p + V::kLanes);
  }
  [[gnu::always_inline]] void AddFrom(const float* p) {
    head = V::Add(head, V::Load(p));
    tail.AddFrom(p + V::kLanes);
  }
  // this += x * weight
  [[gnu::always_inline]] void MulAdd(V x, const VectorRow& weight) {
    head = V::Fma(x, weight.head, head);
    tail.MulAdd(x, weight.tail);
  }
};

template <typename V>
struct VectorRow<V, 0> {
  [[gnu::always_inline]] void Clear() {}
  [[gnu::always_inline]] void Load(const float*) {}
  [[gnu::always_inline]] void Store(float*) const {}
  [[gnu::always_inline]] void AddFrom(const float*) {}
  [[gnu::always_inline]] void MulAdd(V, const VectorRow&) {}
};

// kRows rows of accumulators.
template <typename V, int kRows, int kVectors>
struct VectorTile {
  VectorRow<V, kVectors> head;
  VectorTile<V, kRows - 1, kVectors> tail;

  [[gnu::always_inline]] void Clear() {
    head.Clear();
    tail.Clear();
  }
  [[gnu::always_inline]] void Step(const float* x, int64_t stride,
                                   const VectorRow<V, kVectors>& weight) {
    head.MulAdd(V::Broadcast(x), weight);
    tail.Step(x + stride, stride, weight);
  }
  [[gnu::always_inline]] void Fill(const VectorRow<V, kVectors>& row) {
    head = row;
    tail.Fill(row);
  }
  [[gnu::always_inline]] void AddFrom(const float* p, int64_t stride) {
    head.AddFrom(p);
    tail.AddFrom(p + stride, stride);
  }
  [[gnu::always_inline]] void Store(float* p, int64_t stride) const {
    head.Store(p);
    tail.Store(p + stride, stride);
  }
};

template <typename V, int kVectors>
struct VectorTile<V, 0, kVectors> {
  [[gnu::always_inline]] void Clear() {}
  [[gnu::always_inline]] void Step(const float*, int64_t,
                                   const VectorRow<V, kVectors>&) {}
  [[gnu::always_inline]] void Fill(const VectorRow<V, kVectors>&) {}
  [[gnu::always_inline]] void AddFrom(const float*, int64_t) {}
  [[gnu::always_inline]] void Store(float*, int64_t) const {}
};
