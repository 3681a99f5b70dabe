#include <algorithm>
#include <atomic>
#include <string>
#include <unordered_map>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/number_bytes.h"

namespace onnxifi::cpu {
namespace {

using graph::StringRef;

// The place of each category; a repeated one has its last.
struct Categories {
  int64_t count = 0;
  std::unordered_map<int64_t, int64_t> ints;
  std::vector<std::string> texts;  // what the keys of `words` refer to
  std::unordered_map<std::string_view, int64_t> words;

  template <typename Map, typename Key>
  static int64_t Place(const Map& map, Key key) {
    const auto found = map.find(key);
    return found == map.end() ? -1 : found->second;
  }
};

struct State {
  std::shared_ptr<const Categories> categories;
  DataType type = DataType::kInt64;
  int64_t count = 0;
  bool unknown_is_zeros = true;
};

Reject Supports(const NodeView& n) {
  if (n.input_type(0) == DataType::kString) return {};
  return RequireTypeIn<FeatureTypes>(n, 0);
}

Result<std::shared_ptr<const Categories>> MakeCategories(const NodeView& n) {
  const auto ints = n.attrs().Ints("cats_int64s");
  const auto texts = AttrStrings(n, "cats_strings");
  if (ints.empty() == texts.empty()) {
    return InvalidNode(n, "needs one of cats_int64s and cats_strings");
  }
  auto made = std::make_shared<Categories>();
  for (const int64_t value : ints) made->ints[value] = made->count++;
  made->texts.assign(texts.begin(), texts.end());
  for (const std::string& text : made->texts) {
    made->words[text] = made->count++;
  }
  return std::shared_ptr<const Categories>(std::move(made));
}

int64_t PlaceOf(const State& s, const void* in, int64_t i) {
  if (s.type == DataType::kString) {
    return Categories::Place(s.categories->words, LoadAt<StringRef>(in, i));
  }
  return Categories::Place(s.categories->ints, LoadInteger(in, s.type, i));
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  float* const out = static_cast<float*>(args.out[0]);
  const int64_t width = s.categories->count;
  std::atomic<bool> unknown = false;
  args.pool->ParallelRange(s.count, kElementGrain / (width + 16) + 1,
                           [&](int64_t begin, int64_t end) {
                             std::fill(out + begin * width, out + end * width,
                                       0.0f);
                             for (int64_t i = begin; i < end; ++i) {
                               const int64_t place = PlaceOf(s, args.in[0], i);
                               if (place >= 0) {
                                 out[i * width + place] = 1;
                               } else {
                                 unknown = true;
                               }
                             }
                           });
  return unknown && !s.unknown_is_zeros ? ONNXIFI_STATUS_INTERNAL_ERROR
                                        : ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State s;
  ONNXIFI_ASSIGN_OR_RETURN(
      s.categories, ctx.packed().GetOrMake<Categories>(
                        NodeKey(ctx), [&] { return MakeCategories(ctx); }));
  if (s.categories->words.empty() == (in.type == DataType::kString)) {
    return InvalidNode(ctx, "the categories are not of the input's kind");
  }
  s.type = in.type;
  s.count = Product(in.dims);
  s.unknown_is_zeros = ctx.attrs().Int("zeros", 1) != 0;
  Shape dims = in.dims;
  dims.push_back(s.categories->count);
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {DataType::kFloat, std::move(dims)}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(one_hot_encoder, {.domain = kMlDomain,
                                     .op = "OneHotEncoder",
                                     .supports = &Supports,
                                     .prepare = &Prepare});

}  // namespace onnxifi::cpu
