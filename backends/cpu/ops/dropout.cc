#include <cmath>
#include <cstring>
#include <optional>
#include <random>
#include <type_traits>
#include <utility>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/random_stream.h"

namespace onnxifi::cpu {
namespace {

using DropTypes =
    ConcatTypes<FloatTypes, TypeList<Float8E4M3FN, Float8E4M3FNUZ, Float8E5M2,
                                     Float8E5M2FNUZ>>::Type;

// The ratio's one element. It may still lie in the model, at any alignment.
double RatioAt(const void* data, DataType type) {
  alignas(double) NumberBytes bytes = {};
  std::memcpy(bytes.data(), data, static_cast<size_t>(ElementBytes(type)));
  double ratio = 0;
  Convert(type, bytes.data(), DataType::kDouble, &ratio, 0, 1, {});
  return ratio;
}

// True when a model asks for the random form.
bool IsTraining(const NodeView& n) {
  if (n.opset() < 7) return n.attrs().Int("is_test", 0) == 0;
  if (n.opset() < 12 || !n.HasInput(2)) return false;
  const graph::TensorPtr& mode = n.input(2).constant;
  return mode == nullptr || mode->bytes == 0 ||
         *static_cast<const uint8_t*>(mode->data) != 0;
}

// A ratio known to be 0 drops nothing even in training.
bool DropsNothing(const NodeView& n) {
  if (n.opset() < 12) return n.attrs().Float("ratio", 0.5f) == 0;
  if (!n.HasInput(1) || n.input(1).constant == nullptr) return false;
  const graph::TensorData& ratio = *n.input(1).constant;
  if (ratio.bytes == 0 || !HasType<DropTypes>(ratio.type)) return false;
  return RatioAt(ratio.data, ratio.type) == 0;
}

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTensors(n); !r.supported()) return r;
  if (!IsConvertible(n.input_type(0))) return RejectInputType(n, 0);
  if (IsTraining(n) && !DropsNothing(n)) {
    const bool open = n.HasInput(2) && n.input(2).constant == nullptr;
    return {open ? RejectReason::kNotConstant : RejectReason::kAttribute,
            "training mode must be known to be off"};
  }
  return {};
}

// Dropout of a trained model is the identity; the mask keeps everything.
Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_RETURN_IF_ERROR(ctx.AliasOutput(0, 0, in.dims));
  if (!ctx.HasOutput(1)) return Status::Ok();
  const DataType type = ctx.opset() < 10 ? in.type : DataType::kBool;
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor mask,
                           graph::MakeTensor(type, in.dims));
  uint8_t one[8] = {};
  const uint8_t yes = 1;
  Convert(DataType::kBool, &yes, type, one, 0, 1, {});
  const size_t bytes = ElementBytes(type);
  for (size_t i = 0; i + bytes <= mask.tensor->bytes; i += bytes) {
    std::memcpy(static_cast<uint8_t*>(mask.data) + i, one, bytes);
  }
  return ctx.SetConstantOutput(1, mask.tensor);
}

// The random form. Whether it is asked for may be known during the run only.
struct State {
  RandomSource source;           // without a seed
  std::optional<uint32_t> seed;  // see UniformOf
  DataType type = DataType::kFloat;
  DataType ratio_type = DataType::kFloat;
  int64_t count = 0;
  float ratio = 0;
  bool read_ratio = false;
  bool read_mode = false;
  bool has_mask = false;
  int mask_bytes = 1;
  NumberBytes one = {};  // of the mask
};

Reject SupportsTraining(const NodeView& n) {
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (Reject r = RequireTypeIn<DropTypes>(n, i); !r.supported()) return r;
  }
  return RequireType(n, 2, {DataType::kBool});
}

// With a seed the numbers are those of ONNX's reference implementation, which
// its test data are made with: NumPy's, 53 bits of two draws of the Mersenne
// Twister. They come in one sequence, so threads cannot share the work.
double UniformOf(std::mt19937& twister) {
  const uint64_t high = twister() >> 5;
  const uint64_t low = twister() >> 6;
  return static_cast<double>(high << 26 | low) / 9007199254740992.0;
}

// What Cast makes of a product in the types that have no arithmetic; one of an
// infinity stays infinite.
template <typename T>
T RoundFloat8(float value, bool saturate) {
  if constexpr (std::is_same_v<T, Float8E4M3FN>) {
    return ToFloat8E4M3FN(value, saturate);
  } else if constexpr (std::is_same_v<T, Float8E4M3FNUZ>) {
    return ToFloat8E4M3FNUZ(value, saturate);
  } else if constexpr (std::is_same_v<T, Float8E5M2>) {
    return ToFloat8E5M2(value, saturate);
  } else {
    return ToFloat8E5M2FNUZ(value, saturate);
  }
}

template <typename T>
T Scaled(T value, double scale) {
  if (scale == 1) return value;
  if constexpr (sizeof(T) == 1) {
    const float wide = ToFloat(value);
    return RoundFloat8<T>(static_cast<float>(wide * scale),
                          std::isfinite(wide));
  } else {
    return Narrow<T>(static_cast<Compute<T>>(Widen(value) * scale));
  }
}

// `draw(i)` is the random number of element i; called in ascending order.
template <typename T, typename Draw>
void Drop(const State& s, double ratio, const RunArgs& args, int64_t begin,
          int64_t end, const Draw& draw) {
  constexpr NumberBytes kZero = {};
  const double scale = ratio < 1 ? 1 / (1 - ratio) : 0;
  char* const mask = s.has_mask ? static_cast<char*>(args.out[1]) : nullptr;
  for (int64_t i = begin; i < end; ++i) {
    const bool keep = ratio == 0 || draw(i) >= ratio;
    if (mask != nullptr) {
      std::memcpy(mask + i * s.mask_bytes, keep ? s.one.data() : kZero.data(),
                  static_cast<size_t>(s.mask_bytes));
    }
    const T value = LoadAt<T>(args.in[0], i);
    StoreAt<T>(args.out[0], i, keep ? Scaled(value, scale) : T{});
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  double ratio = s.ratio;
  if (s.read_ratio) ratio = RatioAt(args.in[1], s.ratio_type);
  if (s.read_mode && LoadAt<uint8_t>(args.in[2], 0) == 0) ratio = 0;
  if (!(ratio >= 0 && ratio <= 1)) return ONNXIFI_STATUS_INTERNAL_ERROR;
  if (s.seed) {
    std::mt19937 twister(*s.seed);
    DispatchType<DropTypes>(s.type, [&]<typename T>() {
      Drop<T>(s, ratio, args, 0, s.count,
              [&](int64_t) { return UniformOf(twister); });
    });
    return ONNXIFI_STATUS_SUCCESS;
  }
  const RandomStream stream = s.source.NextRun();
  DispatchType<DropTypes>(s.type, [&]<typename T>() {
    args.pool->ParallelRange(
        s.count, kElementGrain / 16, [&](int64_t begin, int64_t end) {
          Drop<T>(s, ratio, args, begin, end, [&](int64_t i) {
            return stream.UniformNumber(static_cast<uint64_t>(i));
          });
        });
  });
  return ONNXIFI_STATUS_SUCCESS;
}

Status PrepareTraining(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State s{RandomSource(std::nullopt), std::nullopt};
  if (ctx.attrs().Has("seed")) {
    s.seed = static_cast<uint32_t>(ctx.attrs().Int("seed", 0));
  }
  s.type = in.type;
  s.count = Product(in.dims);
  s.ratio = ctx.attrs().Float("ratio", 0.5F);
  s.read_ratio = ctx.opset() >= 12 && ctx.HasInput(1);
  s.read_mode = ctx.opset() >= 12 && ctx.HasInput(2);
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (ctx.HasInput(i) && Product(ctx.in(i).dims) != 1) {
      return ShapeError(ctx, "ratio and training_mode must be one element");
    }
  }
  if (s.read_ratio) s.ratio_type = ctx.in(1).type;
  const DataType mask = ctx.opset() < 10 ? in.type : DataType::kBool;
  s.mask_bytes = ElementBytes(mask);
  MakeNumber(mask, 1, &s.one);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  s.has_mask = ctx.HasOutput(1);
  if (s.has_mask) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(1, {mask, in.dims}));
  }
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(dropout,
                   {.op = "Dropout",
                    .supports = &Supports,
                    .prepare = &Prepare,
                    .any_layout = true},
                   {.op = "Dropout",
                    .supports = &SupportsTraining,
                    .prepare = &PrepareTraining,
                    .nondeterministic = true});

}  // namespace onnxifi::cpu
