#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/map_value.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::StringRef;

struct Vocabulary {
  int64_t count = 0;
  std::unordered_map<int64_t, int64_t> ints;
  std::vector<std::string> texts;  // what the keys of `words` refer to
  std::unordered_map<std::string_view, int64_t> words;

  // -1 for a key that is not there.
  int64_t Place(const graph::TensorData& keys, int64_t i) const {
    if (keys.type == DataType::kString) {
      const auto found = words.find(LoadAt<StringRef>(keys.data, i));
      return found == words.end() ? -1 : found->second;
    }
    const auto found = ints.find(LoadInteger(keys.data, keys.type, i));
    return found == ints.end() ? -1 : found->second;
  }
};

Reject Supports(const NodeView& n) { return RequireMap(n, 0); }

Result<std::shared_ptr<const Vocabulary>> MakeVocabulary(const NodeView& n) {
  const auto ints = n.attrs().Ints("int64_vocabulary");
  const auto texts = AttrStrings(n, "string_vocabulary");
  if (ints.empty() == texts.empty()) {
    return InvalidNode(n,
                       "needs one of int64_vocabulary and "
                       "string_vocabulary");
  }
  auto made = std::make_shared<Vocabulary>();
  for (const int64_t value : ints) made->ints[value] = made->count++;
  made->texts.assign(texts.begin(), texts.end());
  for (const std::string& text : made->texts) {
    made->words[text] = made->count++;
  }
  return std::shared_ptr<const Vocabulary>(std::move(made));
}

// ONNX's text says [n], but converters declare a row of features, [1, n], and
// ONNX Runtime makes one: [n] only where the model declares it so.
Shape OutputDims(const NodeView& n, int64_t count) {
  if (n.output(0).symbols.size() == 1) return {count};
  return {1, count};
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const MapView map, ReadMap(ctx, 0));
  ONNXIFI_ASSIGN_OR_RETURN(
      const std::shared_ptr<const Vocabulary> words,
      ctx.packed().GetOrMake<Vocabulary>(NodeKey(ctx),
                                         [&] { return MakeVocabulary(ctx); }));
  const bool text_keys = map.keys->type == DataType::kString;
  if (text_keys == words->words.empty()) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     StrCat("keys of ", graph::DataTypeName(map.keys->type),
                            " do not fit the vocabulary"));
  }
  const auto bytes = static_cast<int64_t>(ElementBytes(map.values->type));
  if (bytes == 0) {
    return ctx.Error(
        ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
        StrCat("values of ", graph::DataTypeName(map.values->type)));
  }
  // Zeros stand for zero and for the empty string alike. Keys beyond the
  // vocabulary have no place and are left out.
  ONNXIFI_ASSIGN_OR_RETURN(
      char* const out,
      ctx.MakeOutput<char>(0, map.values->type, OutputDims(ctx, words->count)));
  const char* values = static_cast<const char*>(map.values->data);
  for (int64_t i = 0; i < map.size; ++i) {
    const int64_t place = words->Place(*map.keys, i);
    if (place < 0) continue;
    std::memcpy(out + place * bytes, values + i * bytes,
                static_cast<size_t>(bytes));
  }
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(dict_vectorizer, {.domain = kMlDomain,
                                     .op = "DictVectorizer",
                                     .supports = &Supports,
                                     .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
