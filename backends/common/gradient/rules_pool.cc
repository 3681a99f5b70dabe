// Pooling.
#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "backends/common/gradient/scatter.h"
#include "backends/common/gradient/window.h"
#include "base/checked.h"

namespace onnxifi::gradient {

namespace {

using graph::DataType;

Status GlobalAveragePool(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  r.Give(0, ExpandTo(r.grad(0) * SizeRatio(r.out(0), r.in(0)), r.in(0)));
  return Status::Ok();
}

// Elements that are equally large share the gradient.
Status GlobalMaxPool(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  const Var x = r.in(0);
  const Var hits = Cast(Equal(x, r.out(0)), x.type());
  r.Give(0, hits * (r.grad(0) / ReduceTo(hits, r.out(0))));
  return Status::Ok();
}

// The pool tells where its results come from; of equally large elements the
// first one has the whole gradient.
Status MaxPool(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  if (r.attrs().Int("storage_order", 0) != 0 && r.HasOut(1)) {
    return r.Refuse("storage_order = 1 is not covered; use 0");
  }
  TensorInfo info = r.out(0).info();
  info.type = DataType::kInt64;
  const Var indices = r.EnsureOut(1, std::move(info));
  r.Give(0, ScatterFlat(r.in(0), indices, r.grad(0)));
  return Status::Ok();
}

// How many elements each window of one axis averages.
std::vector<double> Counts(int64_t size, int64_t outputs, int64_t kernel,
                           const Window& w, size_t i, bool with_padding) {
  const int64_t first = with_padding ? -w.begins[i] : 0;
  const int64_t last = with_padding ? size + w.ends[i] : size;
  std::vector<double> counts;
  for (int64_t o = 0; o < outputs; ++o) {
    int64_t count = 0;
    for (int64_t k = 0; k < kernel; ++k) {
      const int64_t at = o * w.strides[i] - w.begins[i] + k * w.dilations[i];
      if (at >= first && at < last) ++count;
    }
    counts.push_back(static_cast<double>(std::max<int64_t>(count, 1)));
  }
  return counts;
}

// The products of one number of each list, the last list's running fastest.
std::vector<double> Products(const std::vector<std::vector<double>>& lists) {
  std::vector<double> products = {1.0};
  for (const std::vector<double>& list : lists) {
    std::vector<double> next;
    for (const double left : products) {
      for (const double right : list) next.push_back(left * right);
    }
    products = std::move(next);
  }
  return products;
}

Var NumberTensor(Emitter& e, DataType type, graph::Shape dims,
                 const std::vector<double>& numbers) {
  Result<graph::NewTensor> made =
      graph::MakeTensor(DataType::kDouble, std::move(dims));
  if (!made.ok()) {
    e.Fail(made.status());
    return e.None();
  }
  std::memcpy(made->data, numbers.data(), numbers.size() * sizeof(double));
  return Cast(e.Constant(made->tensor), type);
}

// The divisors of an average pool, to broadcast over its result.
Result<Var> Divisors(RuleContext& r, const std::vector<int64_t>& kernel,
                     const Window& w) {
  // So many windows are no average pool of a real model.
  constexpr int64_t kMaxWindows = int64_t{1} << 24;
  const bool with_padding = r.attrs().Int("count_include_pad", 0) != 0;
  const bool ceil_mode = r.attrs().Int("ceil_mode", 0) != 0;
  const auto is_zero = [](int64_t pad) { return pad == 0; };
  const std::vector<int64_t> pads = w.pads();
  const bool padded = !std::all_of(pads.begin(), pads.end(), is_zero);
  const Var g = r.grad(0);
  if (!ceil_mode && (with_padding || !padded)) {
    double all = 1;
    for (const int64_t extent : kernel) all *= static_cast<double>(extent);
    return Number(g, all);
  }
  const TensorInfo x = r.in(0).info();
  const TensorInfo y = r.out(0).info();
  graph::Shape dims = {1, 1};
  std::vector<std::vector<double>> counts;
  int64_t windows = 1;
  for (size_t i = 0; i < kernel.size(); ++i) {
    const bool known = x.has_shape && y.has_shape &&
                       x.dims.size() == kernel.size() + 2 &&
                       y.dims.size() == x.dims.size() && x.dims[2 + i] >= 0 &&
                       y.dims[2 + i] >= 0;
    if (!known ||
        !CheckedMul(windows, std::max<int64_t>(y.dims[2 + i], 1), &windows) ||
        windows > kMaxWindows ||
        kernel[i] > kMaxWindows / std::max<int64_t>(y.dims[2 + i], 1)) {
      return r.Refuse(
          "with padding that is not counted, or ceil_mode, its spatial "
          "dimensions must be fixed; declare them");
    }
    dims.push_back(y.dims[2 + i]);
    counts.push_back(
        Counts(x.dims[2 + i], y.dims[2 + i], kernel[i], w, i, with_padding));
  }
  return NumberTensor(r.emitter(), g.type(), std::move(dims), Products(counts));
}

// Each result's share goes back to every element of its window: a transposed
// convolution with ones, of each channel by itself.
Status AveragePool(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  Emitter& e = r.emitter();
  const Var x = r.in(0);
  const auto given = r.attrs().Ints("kernel_shape");
  const std::vector<int64_t> kernel(given.begin(), given.end());
  double taps = 1;
  for (const int64_t extent : kernel) taps *= static_cast<double>(extent);
  if (kernel.empty() || !(taps >= 1 && taps <= (1 << 22))) {
    return r.Refuse("attribute 'kernel_shape' is missing or out of range");
  }
  ONNXIFI_ASSIGN_OR_RETURN(const Window window, ReadWindow(r, x, kernel));
  ONNXIFI_ASSIGN_OR_RETURN(const Var divisors, Divisors(r, kernel, window));
  const size_t rank = kernel.size() + 2;
  const Var share = r.grad(0) / divisors;
  const Var images =
      Reshape(share, JoinInts({e.Ints({-1, 1}), ShapeOf(share, 2)}),
              OfRank(x.type(), rank));
  graph::Shape dims = {1, 1};
  dims.insert(dims.end(), kernel.begin(), kernel.end());
  const Var ones =
      NumberTensor(e, x.type(), std::move(dims),
                   std::vector<double>(static_cast<size_t>(taps), 1.0));
  const Var spread =
      e.Emit("ConvTranspose", {images, ones}, OfRank(x.type(), rank),
             {IntsAttribute("strides", window.strides),
              IntsAttribute("dilations", window.dilations)});
  const Var padded =
      Reshape(spread, JoinInts({ShapeOf(x, 0, 2), ShapeOf(spread, 2)}),
              OfRank(x.type(), rank));
  r.Give(0, CropTo(padded, x, window.offsets()));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"GlobalAveragePool", &GlobalAveragePool},
    {"GlobalMaxPool", &GlobalMaxPool},
    {"MaxPool", &MaxPool},
    {"AveragePool", &AveragePool},
};

}  // namespace

std::span<const Rule> PoolRules() { return kRules; }

}  // namespace onnxifi::gradient
