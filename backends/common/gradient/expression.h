#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_EXPRESSION_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_EXPRESSION_H_

#include <string>
#include <vector>

#include "backends/common/gradient/emitter.h"

namespace onnxifi::gradient {

// Arithmetic on tensors of one graph: each function adds a node and gives its
// result. Operands broadcast; a number takes the type of the other operand.

Var Unary(const char* op, Var x);
Var Binary(const char* op, Var a, Var b);

inline Var operator+(Var a, Var b) { return Binary("Add", a, b); }
inline Var operator-(Var a, Var b) { return Binary("Sub", a, b); }
inline Var operator*(Var a, Var b) { return Binary("Mul", a, b); }
inline Var operator/(Var a, Var b) { return Binary("Div", a, b); }
inline Var operator-(Var x) { return Unary("Neg", x); }

inline Var Number(Var like, double x) {
  return like.emitter->Scalar(like.type(), x);
}
inline Var operator+(Var a, double b) { return a + Number(a, b); }
inline Var operator+(double a, Var b) { return b + a; }
inline Var operator-(Var a, double b) { return a - Number(a, b); }
inline Var operator-(double a, Var b) { return Number(b, a) - b; }
inline Var operator*(Var a, double b) { return a * Number(a, b); }
inline Var operator*(double a, Var b) { return b * a; }
inline Var operator/(double a, Var b) { return Number(b, a) / b; }

inline Var Exp(Var x) { return Unary("Exp", x); }
inline Var Log(Var x) { return Unary("Log", x); }
inline Var Sqrt(Var x) { return Unary("Sqrt", x); }
inline Var Sign(Var x) { return Unary("Sign", x); }
inline Var Sigmoid(Var x) { return Unary("Sigmoid", x); }
inline Var Tanh(Var x) { return Unary("Tanh", x); }

// Elementwise questions; the answers are bool.
Var Compare(const char* op, Var a, Var b);
inline Var Less(Var a, Var b) { return Compare("Less", a, b); }
inline Var Less(Var a, double b) { return Less(a, Number(a, b)); }
inline Var Greater(Var a, Var b) { return Compare("Greater", a, b); }
inline Var Greater(Var a, double b) { return Greater(a, Number(a, b)); }
inline Var Equal(Var a, Var b) { return Compare("Equal", a, b); }
inline Var Equal(Var a, double b) { return Equal(a, Number(a, b)); }
inline Var And(Var a, Var b) { return Compare("And", a, b); }

Var Where(Var condition, Var yes, Var no);
// x where the condition holds, 0 elsewhere, and the other way round.
inline Var Keep(Var condition, Var x) {
  return Where(condition, x, Number(x, 0));
}
inline Var Drop(Var condition, Var x) {
  return Where(condition, Number(x, 0), x);
}
Var Cast(Var x, graph::DataType type);

// Dimensions [start, end) of the shape, as int64; all without an end.
Var ShapeOf(Var x, int64_t start = 0);
Var ShapeOf(Var x, int64_t start, int64_t end);
// The number of elements, an int64 scalar.
Var SizeOf(Var x);
// elements(a) / elements(b) as a scalar of a's type.
Var SizeRatio(Var a, Var b);

// Lists of int64, one behind the other.
Var JoinInts(const std::vector<Var>& lists);
Var Reshape(Var x, Var shape, TensorInfo out);
Var ReshapeLike(Var x, Var like);
// All elements in one dimension.
Var Flat(Var x);
Var Transpose(Var x, const std::vector<int64_t>& permutation);
// The dimensions in their order, but a and b swapped.
Var SwapDims(Var x, size_t rank, size_t a, size_t b);
Var Unsqueeze(Var x, Var axes);
Var Unsqueeze(Var x, int64_t axis);
Var Squeeze(Var x, int64_t axis);
// Sums over axes; the dimensions stay with size 1.
Var SumOver(Var x, const std::vector<int64_t>& axes);
Var MeanOver(Var x, const std::vector<int64_t>& axes);
Var MatMul(Var a, Var b);

// The elements summed so that the shape of `like`, which broadcasts to that of
// x, is left. Nothing is added where both shapes are fixed and equal.
Var ReduceTo(Var x, Var like);
// x broadcast to the shape of `like`.
Var ExpandTo(Var x, Var like);
// out[i] = x[i + offset], in the shape of `like`, 0 where x has no such
// element. One offset per dimension.
Var CropTo(Var x, Var like, const std::vector<int64_t>& offsets);
// Zeros of a floating type.
Var Zeros(graph::DataType type, Var shape, TensorInfo out);
Var ZerosLike(Var x);

}  // namespace onnxifi::gradient

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_EXPRESSION_H_
