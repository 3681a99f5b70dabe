#include "graph/protobuf_memory.h"

#include <google/protobuf/stubs/common.h>

#include "base/unload.h"

namespace onnxifi::graph {
namespace {

constinit bool g_unloading = false;

// Made before every other static object of this library, so that it is the
// last to go: ONNX's own static objects hold messages.
struct LastToGo {
  ~LastToGo() {
    if (g_unloading) google::protobuf::ShutdownProtobufLibrary();
  }
};
__attribute__((init_priority(101))) const LastToGo g_last;

}  // namespace

void FreeProtobufAtUnload() {
  OnUnload([] { g_unloading = true; });
}

}  // namespace onnxifi::graph
