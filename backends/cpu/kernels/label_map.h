#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_LABEL_MAP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_LABEL_MAP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

// The types that labels can have, strings aside.
using LabelTypes = TypeList<float, double, int64_t, int32_t, int16_t>;

// Keys or values as a node's attributes list them; only the list of `type`'s
// kind is filled.
struct LabelList {
  DataType type = DataType::kUndefined;
  std::vector<int64_t> ints;
  std::vector<double> floats;
  std::vector<std::string> texts;

  static LabelList Ints(std::vector<int64_t> values);
  static LabelList Floats(std::span<const float> values);
  static LabelList Texts(std::vector<std::string> values);
  // A tensor of LabelTypes or strings; an error that names the node otherwise.
  static Result<LabelList> Tensor(const NodeView& node,
                                  const graph::TensorData& tensor);
  size_t size() const { return ints.size() + floats.size() + texts.size(); }
};

// Maps elements of one type to elements of another. Immutable after Make;
// thread-safe. Strings in the result refer to characters of the map.
class LabelMap {
 public:
  // `fallback` has one element, for what is no key. When a key is repeated,
  // its last value counts, or its first.
  static Result<std::shared_ptr<const LabelMap>> Make(const NodeView& node,
                                                      LabelList keys,
                                                      LabelList values,
                                                      LabelList fallback,
                                                      bool last_wins);

  DataType key_type() const { return keys_.type; }
  DataType value_type() const { return values_.type; }

  // Elements [begin, end).
  void Map(const void* in, void* out, int64_t begin, int64_t end) const;

 private:
  using Element = NumberBytes;  // of the result

  static uint64_t FloatKey(double value);
  static bool Append(const LabelList& list, std::vector<Element>* out);
  size_t Find(const void* in, int64_t i) const;

  LabelList keys_;
  LabelList values_;
  LabelList fallback_;
  // Results by place among the values; the fallback at the end.
  std::vector<Element> results_;
  // Places by key: integers and bits of floats, or strings.
  std::unordered_map<uint64_t, size_t> numbers_;
  std::unordered_map<std::string_view, size_t> words_;
};

// Maps input 0 to output 0, of the same shape. An error when the input is not
// of the keys' type.
Status PrepareLabelMap(PrepareContext& ctx,
                       std::shared_ptr<const LabelMap> map);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_LABEL_MAP_H_
