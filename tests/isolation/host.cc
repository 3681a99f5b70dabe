// A host with protobuf of its own. It loads three plugins through
// libonnxifi.so.1 and runs a model on each backend; that works only when the
// plugins bind to their own protobuf and ONNX code, never to the host's.

#include <onnxifi/onnxifi.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#ifdef ONNXIFI_HOST_PROTOBUF
#include <onnx/onnx-ml.pb.h>
#endif

namespace {

std::string Varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}

std::string Number(int field, uint64_t value) {
  return Varint(static_cast<uint64_t>(field) << 3) + Varint(value);
}

std::string Bytes(int field, const std::string& value) {
  return Varint(static_cast<uint64_t>(field) << 3 | 2) + Varint(value.size()) +
         value;
}

// ValueInfoProto of a float[4].
std::string FloatInfo(const std::string& name) {
  const std::string shape = Bytes(1, Number(1, 4));
  const std::string type = Bytes(1, Number(1, 1) + Bytes(2, shape));
  return Bytes(1, name) + Bytes(2, type);
}

// y = Identity(x), opset 13.
std::string IdentityModel() {
  const std::string node = Bytes(1, "x") + Bytes(2, "y") + Bytes(4, "Identity");
  const std::string graph = Bytes(1, node) + Bytes(2, "g") +
                            Bytes(11, FloatInfo("x")) +
                            Bytes(12, FloatInfo("y"));
  return Number(1, 8) + Bytes(7, graph) + Bytes(8, Number(2, 13));
}

bool Check(onnxStatus status, const char* call) {
  if (status == ONNXIFI_STATUS_SUCCESS) return true;
  std::fprintf(stderr, "%s: status 0x%04x\n", call,
               static_cast<unsigned>(status));
  return false;
}

onnxTensorDescriptorV1 Descriptor(const char* name, const uint64_t* shape,
                                  const float* data) {
  onnxTensorDescriptorV1 descriptor = {};
  descriptor.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
  descriptor.name = name;
  descriptor.dataType = ONNXIFI_DATATYPE_FLOAT32;
  descriptor.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
  descriptor.dimensions = 1;
  descriptor.shape = shape;
  descriptor.buffer = reinterpret_cast<onnxPointer>(data);
  return descriptor;
}

bool RunOnce(onnxGraph graph, onnxBackend backend) {
  const uint64_t shape[1] = {4};
  const float x[4] = {1, 2, 3, 4};
  float y[4] = {};
  const onnxTensorDescriptorV1 in = Descriptor("x", shape, x);
  const onnxTensorDescriptorV1 out = Descriptor("y", shape, y);
  onnxMemoryFenceV1 ready = {};
  ready.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  ready.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  onnxMemoryFenceV1 done = ready;
  if (!Check(onnxSetGraphIO(graph, 1, &in, 1, &out), "onnxSetGraphIO") ||
      !Check(onnxInitEvent(backend, &ready.event), "onnxInitEvent") ||
      !Check(onnxRunGraph(graph, &ready, &done), "onnxRunGraph") ||
      !Check(onnxSignalEvent(ready.event), "onnxSignalEvent") ||
      !Check(onnxWaitEvent(done.event), "onnxWaitEvent")) {
    return false;
  }
  onnxReleaseEvent(done.event);
  onnxReleaseEvent(ready.event);
  return std::memcmp(x, y, sizeof(x)) == 0;
}

bool RunOn(onnxBackendID id) {
  const std::string model = IdentityModel();
  onnxBackend backend = nullptr;
  onnxGraph graph = nullptr;
  if (!Check(onnxInitBackend(id, nullptr, &backend), "onnxInitBackend") ||
      !Check(onnxInitGraph(backend, nullptr, model.size(), model.data(), 0,
                           nullptr, &graph),
             "onnxInitGraph")) {
    return false;
  }
  const bool same = RunOnce(graph, backend);
  onnxReleaseGraph(graph);
  onnxReleaseBackend(backend);
  return same;
}

}  // namespace

int main(int argc, char** argv) {
  const size_t expected = argc > 1 ? std::stoul(argv[1]) : 0;
#ifdef ONNXIFI_HOST_PROTOBUF
  // Registers onnx.proto in the host's protobuf and uses it.
  onnx::ModelProto host_model;
  if (!host_model.ParseFromString(IdentityModel())) return 2;
  std::printf("host protobuf read %s\n",
              host_model.graph().node(0).op_type().c_str());
#endif
  size_t count = 0;
  if (onnxGetBackendIDs(nullptr, &count) != ONNXIFI_STATUS_FALLBACK) return 3;
  std::vector<onnxBackendID> ids(count);
  if (!Check(onnxGetBackendIDs(ids.data(), &count), "onnxGetBackendIDs")) {
    return 4;
  }
  size_t passed = 0;
  for (const onnxBackendID id : ids) {
    if (RunOn(id)) ++passed;
    onnxReleaseBackendID(id);
  }
  std::printf("%zu of %zu backends ran the model\n", passed, expected);
  return passed == expected && count == expected ? 0 : 1;
}
