#ifndef ONNXIFI_GRAPH_ONNX_READER_H_
#define ONNXIFI_GRAPH_ONNX_READER_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::graph {

// A static weight that the caller gives beside a model without initializers
// (onnxInitGraph's descriptors).
struct NamedTensor {
  std::string name;
  TensorPtr tensor;
};

struct ReadOptions {
  // Keeps the model bytes alive: constants then point into them. Without an
  // owner constants still point into the bytes, and the caller copies what
  // outlives them.
  std::shared_ptr<const void> owner;
  // Weights for inputs of a model without initializers.
  std::vector<NamedTensor> weights;
  // Directory of external tensor data; empty: such data is INVALID_MODEL.
  std::string external_data_dir;
  // Data of initializers that the model says is external, by name: comes before
  // any file. INVALID_NAME for one that names no such initializer.
  std::vector<NamedTensor> external_weights;
};

// Reads, checks, inlines and infers a serialized ModelProto: parse bounded
// and in place (weights never pass through protobuf), ONNX checker, model
// functions and context-dependent functions without a kernel left alone,
// model-local functions inlined, types and shapes inferred and compared with
// what the model declares. Status codes are those of onnxInitGraph.
Result<Graph> ReadModel(std::span<const std::byte> bytes,
                        const ReadOptions& options);

// Reads a serialized TensorProto (test data, attributes). Copies.
Result<NamedTensor> ReadTensor(std::span<const std::byte> bytes);

// A read-only memory-mapped file and its bytes; reads into memory when the
// file cannot be mapped. `owner` keeps the mapping.
struct MappedFile {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};
Result<MappedFile> MapFile(const std::string& path);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_ONNX_READER_H_
