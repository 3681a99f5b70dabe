#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

#include "backends/common/control/value_util.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/gemm.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::TensorData;
using graph::TensorPtr;

constexpr const char* kScoreMod = "score_mod";
constexpr const char* kProbMod = "prob_mod";

Reject Supports(const NodeView& n) {
  for (size_t i = 0; i < 3; ++i) {
    if (Reject r = RequireTensorLike(n, i); !r.supported()) return r;
    const DataType type = n.input_type(i);
    if (type != DataType::kUndefined && !IsFloating(type)) {
      return {RejectReason::kDataType, StrCat("input ", i)};
    }
  }
  for (const char* body : {kScoreMod, kProbMod}) {
    if (!n.attrs().Has(body)) continue;
    if (Reject r = RequireBody(n, body, 1, 1); !r.supported()) return r;
  }
  const auto precision =
      static_cast<DataType>(n.attrs().Int("softmax_precision", 1));
  return IsFloating(precision)
             ? Reject()
             : Reject(RejectReason::kAttribute, "softmax_precision");
}

struct Sizes {
  int64_t batch = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t rows = 0;
  int64_t keys = 0;
  int64_t width = 0;
  int64_t v_width = 0;

  // Rows of all heads that share one head of keys and values: they lie next
  // to each other.
  int64_t group_rows() const { return heads / kv_heads * rows; }
  int64_t groups() const { return batch * kv_heads; }
  Shape score_dims() const { return {batch, heads, rows, keys}; }
};

Result<Sizes> ReadSizes(const EvaluateContext& ctx) {
  const TensorData* in[3];
  for (size_t i = 0; i < 3; ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(in[i], ctx.Tensor(i));
    if (!IsFloating(in[i]->type) || in[i]->type != in[0]->type) {
      return ctx.Error(
          ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
          StrCat("input ", i, " is ", graph::DataTypeName(in[i]->type)));
    }
    if (in[i]->dims.size() != 4) {
      return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                       StrCat("input ", i, " is not of rank 4"));
    }
  }
  const Shape& q = in[0]->dims;
  const Shape& k = in[1]->dims;
  const Shape& v = in[2]->dims;
  const Sizes s = {q[0], q[1], k[1], q[2], k[2], q[3], v[3]};
  if (k[0] != q[0] || v[0] != q[0] || v[1] != k[1] || v[2] != k[2] ||
      k[3] != q[3] || k[1] == 0 || q[1] % k[1] != 0) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                     StrCat("queries ", ShapeText(q), ", keys ", ShapeText(k),
                            " and values ", ShapeText(v), " do not fit"));
  }
  return s;
}

// The tensor's elements as C: its own, or converted into `buffer`.
template <typename C>
const C* AsCompute(const TensorData& tensor, std::vector<C>* buffer) {
  if (tensor.type == kDataTypeOf<C>) return Elements<C>(tensor);
  const int64_t count = Product(tensor.dims);
  buffer->resize(static_cast<size_t>(count));
  Convert(tensor.type, tensor.data, kDataTypeOf<C>, buffer->data(), 0, count,
          {});
  return buffer->data();
}

// c[m, n] = a[m, k] * b * alpha; element (i, j) of b lies at
// b[i * row_stride + j * column_stride].
void Multiply(const GemmShape& shape, const float* a, const float* b,
              int64_t row_stride, int64_t column_stride, double alpha, float* c,
              ThreadPool& pool) {
  std::vector<float> packed(PackedFloats(shape.k, shape.n));
  PackMatrix(b, row_stride, column_stride, shape, static_cast<float>(alpha),
             pool, packed.data());
  GemmBatch batch;
  batch.shape = shape;
  batch.a = a;
  batch.packed = packed.data();
  batch.c = c;
  RunGemmBatch(batch, pool);
}

void Multiply(const GemmShape& shape, const double* a, const double* b,
              int64_t row_stride, int64_t column_stride, double alpha,
              double* c, ThreadPool& pool) {
  pool.ParallelRange(shape.m, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t j = 0; j < shape.n; ++j) {
        double sum = 0;
        for (int64_t k = 0; k < shape.k; ++k) {
          sum += a[i * shape.k + k] * b[k * row_stride + j * column_stride];
        }
        c[i * shape.n + j] = sum * alpha;
      }
    }
  });
}

template <typename C>
void Softmax(C* scores, int64_t rows, int64_t keys, ThreadPool& pool) {
  pool.ParallelRange(rows, 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      C* const x = scores + row * keys;
      const C most = *std::max_element(x, x + keys);
      C total = 0;
      for (int64_t i = 0; i < keys; ++i) {
        x[i] = std::exp(x[i] - most);
        total += x[i];
      }
      for (int64_t i = 0; i < keys; ++i) x[i] /= total;
    }
  });
}

// Passes the scores through a body, if there is one, as `precision`.
template <typename C>
Status Modify(EvaluateContext& ctx, const char* attribute, DataType precision,
              const Shape& dims, std::vector<C>* scores) {
  if (!ctx.attrs().Has(attribute)) return Status::Ok();
  const auto count = static_cast<int64_t>(scores->size());
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                           graph::MakeTensor(precision, dims));
  Convert(kDataTypeOf<C>, scores->data(), precision, made.data, 0, count, {});
  ONNXIFI_ASSIGN_OR_RETURN(
      const std::vector<RunValue> results,
      ctx.RunBody(attribute, {RunValue::Tensor(std::move(made.tensor))}));
  const RunValue& result = results[0];
  if (!result.is_tensor() || result.tensor->type != precision ||
      result.tensor->dims != dims) {
    return ctx.Error(
        ONNXIFI_STATUS_MISMATCHING_SHAPE,
        StrCat(attribute, " must keep type and shape ", ShapeText(dims)));
  }
  Convert(precision, result.tensor->data, kDataTypeOf<C>, scores->data(), 0,
          count, {});
  return Status::Ok();
}

template <typename C>
Status Attend(EvaluateContext& ctx, const Sizes& s, DataType precision) {
  const TensorData& q_in = *ctx.in(0).tensor;
  std::vector<C> buffers[3];
  const C* const q = AsCompute(q_in, &buffers[0]);
  const C* const k = AsCompute(*ctx.in(1).tensor, &buffers[1]);
  const C* const v = AsCompute(*ctx.in(2).tensor, &buffers[2]);
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t count,
                           graph::ElementCount(s.score_dims()));
  std::vector<C> scores(static_cast<size_t>(count));
  const double scale = ctx.attrs().Float(
      "scale", static_cast<float>(1 / std::sqrt(static_cast<double>(s.width))));
  const GemmShape score_shape = {s.group_rows(), s.keys, s.width};
  for (int64_t g = 0; g < s.groups() && count > 0; ++g) {
    Multiply(score_shape, q + g * s.group_rows() * s.width,
             k + g * s.keys * s.width, 1, s.width, scale,
             scores.data() + g * s.group_rows() * s.keys, ctx.pool());
  }
  ONNXIFI_RETURN_IF_ERROR(
      Modify(ctx, kScoreMod, precision, s.score_dims(), &scores));
  if (count > 0) {
    Softmax(scores.data(), count / s.keys, s.keys, ctx.pool());
  }
  ONNXIFI_RETURN_IF_ERROR(
      Modify(ctx, kProbMod, precision, s.score_dims(), &scores));
  const Shape dims = {s.batch, s.heads, s.rows, s.v_width};
  ONNXIFI_ASSIGN_OR_RETURN(char* out, ctx.MakeOutput<char>(0, q_in.type, dims));
  const int64_t results = Product(dims);
  if (results == 0 || count == 0) return Status::Ok();
  std::vector<C> product(static_cast<size_t>(results));
  const GemmShape shape = {s.group_rows(), s.v_width, s.keys};
  for (int64_t g = 0; g < s.groups(); ++g) {
    Multiply(shape, scores.data() + g * s.group_rows() * s.keys,
             v + g * s.keys * s.v_width, s.v_width, 1, 1,
             product.data() + g * s.group_rows() * s.v_width, ctx.pool());
  }
  Convert(kDataTypeOf<C>, product.data(), q_in.type, out, 0, results, {});
  return Status::Ok();
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const Sizes s, ReadSizes(ctx));
  const DataType type = ctx.in(0).tensor->type;
  const DataType usual =
      type == DataType::kDouble ? DataType::kDouble : DataType::kFloat;
  const auto precision = static_cast<DataType>(
      ctx.attrs().Int("softmax_precision", static_cast<int64_t>(usual)));
  if (type == DataType::kDouble || precision == DataType::kDouble) {
    return Attend<double>(ctx, s, precision);
  }
  return Attend<float>(ctx, s, precision);
}

}  // namespace

ONNXIFI_DEFINE_OPS(flex_attention, {.domain = "ai.onnx.preview",
                                    .op = "FlexAttention",
                                    .supports = &Supports,
                                    .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
