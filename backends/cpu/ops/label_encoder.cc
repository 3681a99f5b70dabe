#include <numeric>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/label_map.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/node_key.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using MapResult = Result<std::shared_ptr<const LabelMap>>;

Reject RequireLabels(const NodeView& n) {
  return RequireType(n, 0,
                     {DataType::kString, DataType::kInt64, DataType::kFloat,
                      DataType::kInt32, DataType::kInt16, DataType::kDouble});
}

LabelList DefaultText(const NodeView& n) {
  return LabelList::Texts(
      {std::string(n.attrs().String("default_string", "_Unused"))});
}

// Version 1: a class is the place of its string.
MapResult MakeFirstMap(const NodeView& n, DataType from) {
  const auto texts = AttrStrings(n, "classes_strings");
  std::vector<int64_t> places(texts.size());
  std::iota(places.begin(), places.end(), int64_t{0});
  LabelList words = LabelList::Texts({texts.begin(), texts.end()});
  LabelList numbers = LabelList::Ints(std::move(places));
  if (from == DataType::kString) {
    return LabelMap::Make(n, std::move(words), std::move(numbers),
                          LabelList::Ints({n.attrs().Int("default_int64", -1)}),
                          true);
  }
  return LabelMap::Make(n, std::move(numbers), std::move(words), DefaultText(n),
                        true);
}

// The one of prefix_strings, prefix_int64s, prefix_floats and prefix_tensor
// that the node has.
Result<LabelList> ReadList(const NodeView& n, const std::string& prefix) {
  const auto texts = AttrStrings(n, prefix + "_strings");
  const auto ints = n.attrs().Ints(prefix + "_int64s");
  const auto floats = n.attrs().Floats(prefix + "_floats");
  const graph::TensorPtr tensor = n.attrs().Tensor(prefix + "_tensor");
  if (int{!texts.empty()} + int{!ints.empty()} + int{!floats.empty()} +
          int{tensor != nullptr} !=
      1) {
    return InvalidNode(n, StrCat("needs one of the attributes ", prefix, "_*"));
  }
  if (tensor != nullptr) return LabelList::Tensor(n, *tensor);
  if (!texts.empty()) return LabelList::Texts({texts.begin(), texts.end()});
  if (!ints.empty()) return LabelList::Ints({ints.begin(), ints.end()});
  return LabelList::Floats(floats);
}

Result<LabelList> ReadDefault(const NodeView& n, DataType type) {
  if (const graph::TensorPtr tensor = n.attrs().Tensor("default_tensor")) {
    return LabelList::Tensor(n, *tensor);
  }
  if (type == DataType::kString) return DefaultText(n);
  LabelList list;
  if (IsFloating(type)) {
    const float value = n.attrs().Float("default_float", -0.0f);
    list = LabelList::Floats({&value, 1});
  } else {
    list = LabelList::Ints({n.attrs().Int("default_int64", -1)});
  }
  list.type = type;
  return list;
}

MapResult MakeMap(const NodeView& n) {
  ONNXIFI_ASSIGN_OR_RETURN(LabelList keys, ReadList(n, "keys"));
  ONNXIFI_ASSIGN_OR_RETURN(LabelList values, ReadList(n, "values"));
  ONNXIFI_ASSIGN_OR_RETURN(LabelList fallback, ReadDefault(n, values.type));
  return LabelMap::Make(n, std::move(keys), std::move(values),
                        std::move(fallback), n.opset() >= 4);
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const LabelMap> map,
                           ctx.packed().GetOrMake<LabelMap>(NodeKey(ctx), [&] {
                             return ctx.opset() < 2
                                        ? MakeFirstMap(ctx, ctx.in(0).type)
                                        : MakeMap(ctx);
                           }));
  return PrepareLabelMap(ctx, std::move(map));
}

}  // namespace

ONNXIFI_DEFINE_OPS(label_encoder, {.domain = kMlDomain,
                                   .op = "LabelEncoder",
                                   .supports = &RequireLabels,
                                   .prepare = &Prepare});

}  // namespace onnxifi::cpu
