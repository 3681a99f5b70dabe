#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/map_value.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/number_text.h"
#include "backends/cpu/kernels/string_tensor.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::StringRef;
using graph::TensorData;

constexpr int64_t kMostElements = int64_t{1} << 31;

enum class Target : uint8_t { kFloat, kString, kInt64 };

bool ParseTarget(std::string_view text, Target* target) {
  if (text == "TO_FLOAT") {
    *target = Target::kFloat;
  } else if (text == "TO_STRING") {
    *target = Target::kString;
  } else if (text == "TO_INT64") {
    *target = Target::kInt64;
  } else {
    return false;
  }
  return true;
}

Reject Supports(const NodeView& n) {
  Target target;
  const auto cast_to = n.attrs().String("cast_to", "TO_FLOAT");
  if (!ParseTarget(cast_to, &target)) {
    return {RejectReason::kAttribute, StrCat("cast_to ", cast_to)};
  }
  const auto form = n.attrs().String("map_form", "DENSE");
  if (form != "DENSE" && form != "SPARSE") {
    return {RejectReason::kAttribute, StrCat("map_form ", form)};
  }
  return RequireMap(n, 0);
}

// Where each value goes, by ascending keys or by the key itself; the number of
// elements in the result.
Result<int64_t> PlaceValues(const EvaluateContext& ctx, const MapView& map,
                            std::vector<int64_t>* places) {
  const auto key = [&](int64_t i) {
    return LoadAt<int64_t>(map.keys->data, i);
  };
  places->resize(static_cast<size_t>(map.size));
  if (ctx.attrs().String("map_form", "DENSE") == "DENSE") {
    std::vector<int64_t> order(places->size());
    for (size_t i = 0; i < order.size(); ++i) {
      order[i] = static_cast<int64_t>(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t a, int64_t b) { return key(a) < key(b); });
    for (size_t i = 0; i < order.size(); ++i) {
      (*places)[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
    }
    return map.size;
  }
  const int64_t length = ctx.attrs().Int("max_map", 1);
  if (length > kMostElements) {
    return ctx.Error(ONNXIFI_STATUS_INVALID_MODEL,
                     StrCat("max_map ", length, " is too large"));
  }
  for (int64_t i = 0; i < map.size; ++i) {
    if (key(i) < 0 || key(i) >= length) {
      return ctx.Error(
          ONNXIFI_STATUS_INTERNAL_ERROR,
          StrCat("key ", key(i), " is not in [0, max_map = ", length, ")"));
    }
    (*places)[static_cast<size_t>(i)] = key(i);
  }
  return length;
}

// As printf's %f has it: six decimals.
std::string FixedText(float value) {
  if (!std::isfinite(value)) return TextOf(value);
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), value,
                                 std::chars_format::fixed, 6);
  return {text, end.ptr};
}

Status ToStrings(EvaluateContext& ctx, const MapView& map,
                 const std::vector<int64_t>& places, Shape dims) {
  std::vector<std::string> out(static_cast<size_t>(dims.back()));
  for (size_t i = 0; i < places.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    out[static_cast<size_t>(places[i])] =
        map.values->type == DataType::kString
            ? std::string(LoadAt<StringRef>(map.values->data, at))
            : FixedText(LoadAt<float>(map.values->data, at));
  }
  ctx.SetStrings(0, std::move(out), std::move(dims));
  return Status::Ok();
}

bool Read(StringRef text, float* value) { return ParseFloat(text, value); }
bool Read(StringRef text, int64_t* value) { return ParseInt64(text, value); }

template <typename T>
Status ToNumbers(EvaluateContext& ctx, const MapView& map,
                 const std::vector<int64_t>& places, Shape dims) {
  ONNXIFI_ASSIGN_OR_RETURN(
      T* const out, ctx.MakeOutput<T>(0, kDataTypeOf<T>, std::move(dims)));
  for (size_t i = 0; i < places.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    T& to = out[places[i]];
    if (map.values->type == DataType::kString) {
      const auto text = LoadAt<StringRef>(map.values->data, at);
      if (!Read(text, &to)) {
        return ctx.Error(ONNXIFI_STATUS_INTERNAL_ERROR,
                         StrCat("a value cannot be read as ",
                                graph::DataTypeName(kDataTypeOf<T>)));
      }
    } else if constexpr (std::is_integral_v<T>) {
      to = SaturatedInt(
          static_cast<double>(LoadAt<float>(map.values->data, at)));
    } else {
      to = LoadAt<float>(map.values->data, at);
    }
  }
  return Status::Ok();
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const MapView map, ReadMap(ctx, 0));
  if (map.keys->type != DataType::kInt64 ||
      (map.values->type != DataType::kString &&
       map.values->type != DataType::kFloat)) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     "the map is not from int64 to string or float");
  }
  std::vector<int64_t> places;
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t length,
                           PlaceValues(ctx, map, &places));
  Shape dims = {1, length};
  Target target = Target::kFloat;
  ParseTarget(ctx.attrs().String("cast_to", "TO_FLOAT"), &target);
  if (target == Target::kString) {
    return ToStrings(ctx, map, places, std::move(dims));
  }
  return target == Target::kFloat
             ? ToNumbers<float>(ctx, map, places, std::move(dims))
             : ToNumbers<int64_t>(ctx, map, places, std::move(dims));
}

}  // namespace

ONNXIFI_DEFINE_OPS(cast_map, {.domain = kMlDomain,
                              .op = "CastMap",
                              .supports = &Supports,
                              .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
