// From a cold process to the first result of a model, with the backend that
// the command line would choose. Prints CLOCK_MONOTONIC in nanoseconds at the
// moment the result is there; bench/load.py knows when it spawned us.

#include <chrono>
#include <cstdio>
#include <vector>

#include "client/client.h"
#include "client/generate.h"
#include "client/model_info.h"
#include "graph/onnx_reader.h"

namespace onnxifi::client {
namespace {

Status RunOnce(const char* path, int64_t* done_ns) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file, graph::MapFile(path));
  ONNXIFI_ASSIGN_OR_RETURN(const BackendList list, BackendList::Open());
  ONNXIFI_ASSIGN_OR_RETURN(const onnxBackendID id, ChooseBackend(list, {}));
  ONNXIFI_ASSIGN_OR_RETURN(const Backend backend, InitBackend(id));
  ONNXIFI_ASSIGN_OR_RETURN(CompiledGraph graph,
                           CompiledGraph::Compile(backend, file.bytes));
  ONNXIFI_ASSIGN_OR_RETURN(const ModelInfo model, ReadModelInfo(file.bytes));
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<HostValue> inputs,
                           MakeTensors(model.RuntimeInputs()));
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<HostValue> outputs,
                           MakeTensors(model.outputs));
  // The ramp of ONNX's light models: ordinary numbers, no denormals.
  for (HostValue& input : inputs) {
    Fill(input.tensor, {Generator::Kind::kLightData}, 0);
  }
  ONNXIFI_RETURN_IF_ERROR(graph.Bind(inputs, outputs));
  ONNXIFI_RETURN_IF_ERROR(graph.Run());
  *done_ns = std::chrono::steady_clock::now().time_since_epoch().count();
  return Status::Ok();
}

}  // namespace
}  // namespace onnxifi::client

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: cold_run MODEL\n");
    return 2;
  }
  int64_t done_ns = 0;
  const onnxifi::Status status = onnxifi::client::RunOnce(argv[1], &done_ns);
  if (!status.ok()) {
    std::fprintf(stderr, "cold_run: %s\n", status.message().c_str());
    return 1;
  }
  std::printf("%lld\n", static_cast<long long>(done_ns));
  return 0;
}
