#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/label_map.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/node_key.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) {
  return RequireType(n, 0, {DataType::kString, DataType::kInt64});
}

// The input's type says in which direction the map goes.
Result<std::shared_ptr<const LabelMap>> MakeMap(const NodeView& n,
                                                DataType from) {
  const auto ints = n.attrs().Ints("cats_int64s");
  const auto texts = AttrStrings(n, "cats_strings");
  LabelList numbers = LabelList::Ints({ints.begin(), ints.end()});
  LabelList words = LabelList::Texts({texts.begin(), texts.end()});
  if (from == DataType::kString) {
    return LabelMap::Make(n, std::move(words), std::move(numbers),
                          LabelList::Ints({n.attrs().Int("default_int64", -1)}),
                          true);
  }
  return LabelMap::Make(n, std::move(numbers), std::move(words),
                        LabelList::Texts({std::string(
                            n.attrs().String("default_string", "_Unused"))}),
                        true);
}

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const LabelMap> map,
                           ctx.packed().GetOrMake<LabelMap>(NodeKey(ctx), [&] {
                             return MakeMap(ctx, ctx.in(0).type);
                           }));
  return PrepareLabelMap(ctx, std::move(map));
}

}  // namespace

ONNXIFI_DEFINE_OPS(category_mapper, {.domain = kMlDomain,
                                     .op = "CategoryMapper",
                                     .supports = &Supports,
                                     .prepare = &Prepare});

}  // namespace onnxifi::cpu
