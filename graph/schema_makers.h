#ifndef ONNXIFI_GRAPH_SCHEMA_MAKERS_H_
#define ONNXIFI_GRAPH_SCHEMA_MAKERS_H_

#include <onnx/defs/schema.h>

#include <span>
#include <string_view>

namespace onnxifi::graph {

struct SchemaMaker {
  std::string_view name;  // of the operator; its domain only the schema knows
  int version;            // of the operator set that brought it
  onnx::OpSchema (*make)();
};

// Every schema of the ONNX library that this one was built with, in no order.
// The build writes it from the lists in ONNX's headers.
std::span<const SchemaMaker> SchemaMakers();

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_SCHEMA_MAKERS_H_
