#ifndef ONNXIFI_GRAPH_OP_SCHEMAS_H_
#define ONNXIFI_GRAPH_OP_SCHEMAS_H_

#include <onnx/defs/schema.h>

#include <string>

namespace onnxifi::graph {

// ONNX's description of the operator as of operator set `version` of `domain`
// ("" is ai.onnx): the newest that is not newer. Null when there is none.
// What onnx::OpSchemaRegistry::Schema() returns, but a description is made
// when it is first asked for: the registry makes all of its hundreds at once,
// which is most of the time that reading a small model takes. It belongs to
// this library and lives as long. Thread-safe; throws std::bad_alloc.
const onnx::OpSchema* FindSchema(const std::string& name, int version,
                                 const std::string& domain);

// FindSchema() for ONNX's functions that take a registry.
const onnx::ISchemaRegistry* LazySchemas();

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_OP_SCHEMAS_H_
