#include "backends/cpu/kernels/ml_node.h"

#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

std::span<const std::string> AttrStrings(const NodeView& node,
                                         std::string_view name) {
  const graph::Attribute* found = node.attrs().Find(name);
  if (found == nullptr || found->kind != graph::Attribute::Kind::kStrings) {
    return {};
  }
  return found->strings;
}

Status InvalidNode(const NodeView& node, std::string text) {
  return NodeError(node, ONNXIFI_STATUS_INVALID_MODEL, std::move(text));
}

Result<std::vector<double>> TensorNumbers(const NodeView& node,
                                          const std::string& name) {
  const graph::TensorPtr tensor = node.attrs().Tensor(name);
  std::vector<double> values;
  if (tensor == nullptr) return values;
  if (!HasType<FloatTypes>(tensor->type)) {
    return InvalidNode(node, StrCat("attribute '", name, "' holds ",
                                    graph::DataTypeName(tensor->type)));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t count,
                           graph::ElementCount(tensor->dims));
  values.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(LoadNumber(tensor->data, tensor->type, i));
  }
  return values;
}

Result<std::vector<double>> AttrNumbers(const NodeView& node,
                                        const std::string& name) {
  const std::span<const float> plain = node.attrs().Floats(name);
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<double> values,
                           TensorNumbers(node, name + "_as_tensor"));
  if (!plain.empty() && !values.empty()) {
    return InvalidNode(node,
                       StrCat("has both ", name, " and ", name, "_as_tensor"));
  }
  if (values.empty()) values.assign(plain.begin(), plain.end());
  return values;
}

Result<FeatureMatrix> ReadFeatures(const PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  if (in.dims.empty() || in.dims.size() > 2) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in.dims), " is not [N, F] or [F]"));
  }
  FeatureMatrix matrix;
  matrix.type = in.type;
  matrix.rows = in.dims.size() == 2 ? in.dims[0] : 1;
  matrix.columns = in.dims.back();
  return matrix;
}

Reject RequireFeatures(const NodeView& node) {
  if (!node.HasInput(0)) return {RejectReason::kShape, "needs an input"};
  if (Reject r = RequireTypeIn<FeatureTypes>(node, 0); !r.supported()) {
    return r;
  }
  return RequireRankAtMost(node, 0, 2);
}

void LoadFeatures(const FeatureMatrix& matrix, const void* data, int64_t row,
                  double* out) {
  const int64_t first = row * matrix.columns;
  DispatchType<FeatureTypes>(matrix.type, [&]<typename T>() {
    const T* in = static_cast<const T*>(data) + first;
    for (int64_t i = 0; i < matrix.columns; ++i) {
      out[i] = static_cast<double>(in[i]);
    }
  });
}

namespace {

constexpr int64_t kSums = 8;

template <typename Term>
double SumOf(int64_t count, const Term& term) {
  double sums[kSums] = {};
  int64_t i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (int64_t k = 0; k < kSums; ++k) sums[k] += term(i + k);
  }
  double sum = 0;
  for (; i < count; ++i) sum += term(i);
  for (const double part : sums) sum += part;
  return sum;
}

}  // namespace

double DotProduct(const double* a, const double* b, int64_t count) {
  return SumOf(count, [&](int64_t i) { return a[i] * b[i]; });
}

double SquaredDistance(const double* a, const double* b, int64_t count) {
  return SumOf(count, [&](int64_t i) {
    const double d = a[i] - b[i];
    return d * d;
  });
}

}  // namespace onnxifi::cpu
