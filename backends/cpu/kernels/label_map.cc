#include "backends/cpu/kernels/label_map.h"

#include <bit>
#include <cstring>
#include <utility>

#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/string_tensor.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

using graph::StringRef;

namespace {

struct State {
  std::shared_ptr<const LabelMap> map;
  int64_t count = 0;
};

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  args.pool->ParallelRange(s.count, kElementGrain / 16,
                           [&](int64_t begin, int64_t end) {
                             s.map->Map(args.in[0], args.out[0], begin, end);
                           });
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

LabelList LabelList::Ints(std::vector<int64_t> values) {
  LabelList list;
  list.type = DataType::kInt64;
  list.ints = std::move(values);
  return list;
}

LabelList LabelList::Floats(std::span<const float> values) {
  LabelList list;
  list.type = DataType::kFloat;
  list.floats.assign(values.begin(), values.end());
  return list;
}

LabelList LabelList::Texts(std::vector<std::string> values) {
  LabelList list;
  list.type = DataType::kString;
  list.texts = std::move(values);
  return list;
}

Result<LabelList> LabelList::Tensor(const NodeView& node,
                                    const graph::TensorData& tensor) {
  LabelList list;
  list.type = tensor.type;
  if (tensor.type == DataType::kString) {
    const std::span<const StringRef> texts = Strings(tensor);
    list.texts.assign(texts.begin(), texts.end());
    return list;
  }
  if (!HasType<LabelTypes>(tensor.type)) {
    return InvalidNode(
        node, StrCat("labels cannot be ", graph::DataTypeName(tensor.type)));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t count,
                           graph::ElementCount(tensor.dims));
  for (int64_t i = 0; i < count; ++i) {
    if (IsFloating(tensor.type)) {
      list.floats.push_back(LoadNumber(tensor.data, tensor.type, i));
    } else {
      list.ints.push_back(LoadInteger(tensor.data, tensor.type, i));
    }
  }
  return list;
}

// Equal numbers have equal bits: one NaN, one zero.
uint64_t LabelMap::FloatKey(double value) {
  if (value != value) return ~uint64_t{0};
  return std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
}

bool LabelMap::Append(const LabelList& list, std::vector<Element>* out) {
  const auto add = [&](const auto& element) {
    Element bytes = {};
    static_assert(sizeof(element) <= sizeof(bytes));
    std::memcpy(bytes.data(), &element, sizeof(element));
    out->push_back(bytes);
  };
  if (list.type == DataType::kString) {
    for (const std::string& text : list.texts) add(StringRef(text));
    return true;
  }
  return DispatchType<LabelTypes>(list.type, [&]<typename T>() {
    for (const int64_t value : list.ints) add(static_cast<T>(value));
    for (const double value : list.floats) add(static_cast<T>(value));
  });
}

Result<std::shared_ptr<const LabelMap>> LabelMap::Make(const NodeView& node,
                                                       LabelList keys,
                                                       LabelList values,
                                                       LabelList fallback,
                                                       bool last_wins) {
  if (keys.size() != values.size()) {
    return InvalidNode(
        node, StrCat(keys.size(), " keys for ", values.size(), " values"));
  }
  if (fallback.size() != 1 || fallback.type != values.type) {
    return InvalidNode(node,
                       "the default is not one element of the values' "
                       "type");
  }
  auto map = std::make_shared<LabelMap>();
  map->keys_ = std::move(keys);
  map->values_ = std::move(values);
  map->fallback_ = std::move(fallback);
  if (!Append(map->values_, &map->results_) ||
      !Append(map->fallback_, &map->results_)) {
    return InvalidNode(node, "the values have no known type");
  }
  const auto enter = [&](auto& index, auto key, size_t place) {
    const auto [entry, added] = index.emplace(key, place);
    if (!added && last_wins) entry->second = place;
  };
  size_t place = 0;
  for (const int64_t key : map->keys_.ints) {
    enter(map->numbers_, static_cast<uint64_t>(key), place++);
  }
  for (const double key : map->keys_.floats) {
    enter(map->numbers_, FloatKey(key), place++);
  }
  for (const std::string& key : map->keys_.texts) {
    enter(map->words_, std::string_view(key), place++);
  }
  return std::shared_ptr<const LabelMap>(std::move(map));
}

size_t LabelMap::Find(const void* in, int64_t i) const {
  const size_t none = results_.size() - 1;
  if (keys_.type == DataType::kString) {
    const auto found = words_.find(LoadAt<StringRef>(in, i));
    return found == words_.end() ? none : found->second;
  }
  const uint64_t key =
      IsFloating(keys_.type)
          ? FloatKey(LoadNumber(in, keys_.type, i))
          : static_cast<uint64_t>(LoadInteger(in, keys_.type, i));
  const auto found = numbers_.find(key);
  return found == numbers_.end() ? none : found->second;
}

void LabelMap::Map(const void* in, void* out, int64_t begin,
                   int64_t end) const {
  const int64_t bytes = ElementBytes(values_.type);
  char* to = static_cast<char*>(out) + begin * bytes;
  for (int64_t i = begin; i < end; ++i, to += bytes) {
    const Element& result = results_[Find(in, i)];
    CopyBlock(reinterpret_cast<const char*>(result.data()), to, bytes);
  }
}

Status PrepareLabelMap(PrepareContext& ctx,
                       std::shared_ptr<const LabelMap> map) {
  const TensorDesc& in = ctx.in(0);
  if (in.type != map->key_type()) {
    return NodeError(
        ctx, ONNXIFI_STATUS_MISMATCHING_DATATYPE,
        StrCat("the input is ", graph::DataTypeName(in.type), ", the keys are ",
               graph::DataTypeName(map->key_type())));
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {map->value_type(), in.dims}));
  State state{std::move(map), Product(in.dims)};
  ctx.SetStepState(&Run, std::move(state));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
