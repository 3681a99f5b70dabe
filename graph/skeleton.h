#ifndef ONNXIFI_GRAPH_SKELETON_H_
#define ONNXIFI_GRAPH_SKELETON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/wire_reader.h"
#include "graph/wire_tensor.h"

namespace onnxifi::graph {

// A serialized ModelProto without weights, and the tensors taken out of it.
// Every TensorProto of `model` is numbered: its doc_string is its place in
// `tensors`. Small tensors in attributes keep their data, because shape
// inference reads it; the others have the single dimension 0 until the dims
// are put back (the checker would ask for their data). Sparse tensors have
// become dense.
struct Skeleton {
  std::string model;
  std::vector<WireTensor> tensors;
  bool has_initializers = false;  // in the main graph
};

// Walks the model once, bounded by graph/limits.h, copying no weight.
Result<Skeleton> MakeSkeleton(Bytes model, const TensorSource& source);

// The tensor number in a TensorProto's doc_string.
std::optional<size_t> TensorIndex(std::string_view doc_string);

// Whether shape inference may look at the tensor's data.
bool IsSmall(const TensorData& tensor);

// Appends the skeleton form of `tensor` (number `index`), a TensorProto.
void AppendTensorMessage(std::string& out, const WireTensor& tensor,
                         size_t index, bool with_data);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_SKELETON_H_
