#ifndef ONNXIFI_GRAPH_PROTOBUF_MEMORY_H_
#define ONNXIFI_GRAPH_PROTOBUF_MEMORY_H_

namespace onnxifi::graph {

// Gives back what protobuf keeps for the whole process (descriptors, default
// messages) when this library is unloaded, after ONNX's static objects have
// gone; at the end of the process it stays. Thread-safe, cheap to repeat.
void FreeProtobufAtUnload();

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_PROTOBUF_MEMORY_H_
