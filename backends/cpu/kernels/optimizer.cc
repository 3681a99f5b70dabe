#include "backends/cpu/kernels/optimizer.h"

#include <cmath>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

namespace {

using OptimizerTypes = TypeList<float, double>;

struct State {
  Optimizer optimizer = Optimizer::kAdam;
  DataType type = DataType::kFloat;
  DataType rate_type = DataType::kFloat;
  size_t tensors = 0;
  std::vector<int64_t> counts;  // elements of each tensor
  double norm = 0;
  double norm_post = 0;
  double alpha = 0.9;
  double beta = 0.999;
  double epsilon = 1e-6;
  double decay = 0;
  bool nesterov = false;
};

// One element's value, gradient and up to two states; updated in place.
struct Element {
  double x;
  double g;
  double v;
  double h;
};

void Update(const State& s, double rate, int64_t t, Element* e) {
  const double g = s.norm * e->x + e->g;
  switch (s.optimizer) {
    case Optimizer::kAdagrad:
      e->v += g * g;
      e->x -= rate * g / (std::sqrt(e->v) + s.epsilon);
      break;
    case Optimizer::kMomentum:
      e->v = s.alpha * e->v + (t > 0 ? s.beta : 1) * g;
      e->x -= rate * (s.nesterov ? g + s.alpha * e->v : e->v);
      break;
    case Optimizer::kAdam:
      e->v = s.alpha * e->v + (1 - s.alpha) * g;
      e->h = s.beta * e->h + (1 - s.beta) * g * g;
      e->x -= rate * e->v / (std::sqrt(e->h) + s.epsilon);
      e->x *= 1 - s.norm_post;
      break;
  }
}

// The rate after this optimizer's correction for the update count.
double AdjustedRate(const State& s, double rate, int64_t t) {
  const double count = static_cast<double>(t);
  if (s.optimizer == Optimizer::kAdagrad) return rate / (1 + count * s.decay);
  if (s.optimizer == Optimizer::kAdam && t > 0) {
    return rate * std::sqrt(1 - std::pow(s.beta, count)) /
           (1 - std::pow(s.alpha, count));
  }
  return rate;
}

template <typename T>
void UpdateTensor(const State& s, size_t i, double rate, int64_t t,
                  const RunArgs& args) {
  const size_t n = s.tensors;
  const void* x = args.in[2 + i];
  const void* g = args.in[2 + n + i];
  const void* v = args.in[2 + 2 * n + i];
  const bool two = s.optimizer == Optimizer::kAdam;
  const void* h = two ? args.in[2 + 3 * n + i] : nullptr;
  const auto store = [](void* out, int64_t k, double value) {
    if (out != nullptr) StoreAt<T>(out, k, static_cast<T>(value));
  };
  args.pool->ParallelRange(s.counts[i], 4096, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      Element e = {LoadAt<T>(x, k), LoadAt<T>(g, k), LoadAt<T>(v, k),
                   two ? LoadAt<T>(h, k) : T{0}};
      Update(s, rate, t, &e);
      store(args.out[i], k, e.x);
      store(args.out[n + i], k, e.v);
      if (two) store(args.out[2 * n + i], k, e.h);
    }
  });
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const int64_t t = LoadInt(args.in[1], DataType::kInt64, 0);
  const double rate =
      AdjustedRate(s, LoadNumber(args.in[0], s.rate_type, 0), t);
  DispatchType<OptimizerTypes>(s.type, [&]<typename T>() {
    for (size_t i = 0; i < s.tensors; ++i) {
      UpdateTensor<T>(s, i, rate, t, args);
    }
  });
  return ONNXIFI_STATUS_SUCCESS;
}

// Lists of inputs after R and T.
size_t Lists(Optimizer optimizer) {
  return optimizer == Optimizer::kAdam ? 4 : 3;
}

}  // namespace

Reject SupportsOptimizer(const NodeView& node, Optimizer optimizer) {
  const size_t lists = Lists(optimizer);
  const size_t rest = node.input_count() < 2 ? 1 : node.input_count() - 2;
  if (rest % lists != 0 || node.output_count() != rest / lists * (lists - 1)) {
    return {RejectReason::kShape, "the lists of inputs have unequal lengths"};
  }
  if (optimizer == Optimizer::kMomentum) {
    const auto mode = node.attrs().String("mode", "standard");
    if (mode != "standard" && mode != "nesterov") {
      return {RejectReason::kAttribute, "mode"};
    }
  }
  for (size_t i = 0; i < node.input_count(); ++i) {
    const bool ok = i == 1 ? node.input_type(i) == DataType::kInt64
                           : HasType<OptimizerTypes>(node.input_type(i));
    if (!ok || (i > 2 && node.input_type(i) != node.input_type(2))) {
      return {RejectReason::kDataType, "inputs"};
    }
  }
  return {};
}

Status PrepareOptimizer(PrepareContext& ctx, Optimizer optimizer) {
  const graph::AttrReader attrs = ctx.attrs();
  const size_t lists = Lists(optimizer);
  State s;
  s.optimizer = optimizer;
  s.tensors = (ctx.input_count() - 2) / lists;
  s.rate_type = ctx.in(0).type;
  s.norm = attrs.Float("norm_coefficient", 0);
  s.norm_post = attrs.Float("norm_coefficient_post", 0);
  s.alpha = attrs.Float("alpha", 0.9F);
  s.beta = attrs.Float("beta", 0.999F);
  s.epsilon = attrs.Float("epsilon", 1e-6F);
  s.decay = attrs.Float("decay_factor", 0);
  s.nesterov = attrs.String("mode", "standard") == "nesterov";
  if (Product(ctx.in(0).dims) != 1 || Product(ctx.in(1).dims) != 1) {
    return ShapeError(ctx, "R and T must be scalars");
  }
  for (size_t i = 0; i < s.tensors; ++i) {
    const TensorDesc& x = ctx.in(2 + i);
    s.type = x.type;
    s.counts.push_back(Product(x.dims));
    for (size_t list = 1; list < lists; ++list) {
      const size_t at = list * s.tensors + i;
      if (ctx.in(2 + at).dims != x.dims) {
        return ShapeError(ctx, "a gradient or state does not fit its tensor");
      }
      const size_t o = (list - 1) * s.tensors + i;
      if (!ctx.HasOutput(o)) continue;
      ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(o, {x.type, x.dims}));
    }
  }
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
