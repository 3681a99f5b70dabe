// What the heterogeneous backend costs beyond the devices that it uses.
//
//   hetero_overhead RESNET BUILD   (a model file; the build directory)
//
// Prints `whole model: R, H ms and C ms`: the ratio of the times through the
// heterogeneous backend and directly on the cpu backend, medians of alternating
// runs; and `boundary: B us over P parts`: how much longer a chain of tiny nodes
// takes for each part that it is cut into, against the same chain in one part.

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/model_builder.h"
#include "base/str_cat.h"
#include "client/client.h"
#include "client/generate.h"
#include "client/model_info.h"
#include "graph/onnx_reader.h"

namespace onnxifi::client {
namespace {

using wire::ModelBuilder;

constexpr int kPairs = 41;
constexpr int kChainNodes = 200;
constexpr int kChainRuns = 2000;

// A model on one backend, with its own inputs and outputs.
struct Subject {
  Backend backend;
  std::vector<HostValue> inputs;
  std::vector<HostValue> outputs;
  std::optional<CompiledGraph> graph;

  static Result<Subject> Make(const BackendList& list, const char* name,
                              std::span<const std::byte> model) {
    Subject subject;
    ONNXIFI_ASSIGN_OR_RETURN(
        const onnxBackendID id,
        ChooseBackend(list, {.backend = name, .plugin = ""}));
    ONNXIFI_ASSIGN_OR_RETURN(subject.backend, InitBackend(id));
    ONNXIFI_ASSIGN_OR_RETURN(CompiledGraph graph,
                             CompiledGraph::Compile(subject.backend, model));
    subject.graph = std::move(graph);
    ONNXIFI_ASSIGN_OR_RETURN(const ModelInfo info, ReadModelInfo(model));
    ONNXIFI_ASSIGN_OR_RETURN(subject.inputs, MakeTensors(info.RuntimeInputs()));
    ONNXIFI_ASSIGN_OR_RETURN(subject.outputs, MakeTensors(info.outputs));
    for (HostValue& input : subject.inputs) {
      Fill(input.tensor, {Generator::Kind::kLightData}, 0);
    }
    ONNXIFI_RETURN_IF_ERROR(
        subject.graph->Bind(subject.inputs, subject.outputs));
    return subject;
  }

  Result<double> Microseconds(int runs) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < runs; ++i) ONNXIFI_RETURN_IF_ERROR(graph->Run());
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - start;
    return took.count() / runs;
  }
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Medians {
  double first = 0;
  double second = 0;
  double ratio = 0;  // of pairs
};

Result<Medians> Compare(Subject& first, Subject& second, int runs) {
  std::vector<double> a, b, ratios;
  for (int pair = -3; pair < kPairs; ++pair) {
    double one = 0, two = 0;
    if (pair % 2 == 0) {
      ONNXIFI_ASSIGN_OR_RETURN(one, first.Microseconds(runs));
      ONNXIFI_ASSIGN_OR_RETURN(two, second.Microseconds(runs));
    } else {
      ONNXIFI_ASSIGN_OR_RETURN(two, second.Microseconds(runs));
      ONNXIFI_ASSIGN_OR_RETURN(one, first.Microseconds(runs));
    }
    if (pair < 0) continue;
    a.push_back(one);
    b.push_back(two);
    ratios.push_back(one / two);
  }
  return Medians{Median(a), Median(b), Median(ratios)};
}

// Nodes that no backend joins: their kernels take next to nothing.
std::string Chain() {
  ModelBuilder builder;
  builder.Input("x0", wire::kFloat, {1, 8});
  for (int i = 0; i < kChainNodes; ++i) {
    builder.Node(i % 2 == 0 ? "Softsign" : "Sin", {StrCat("x", i)},
                 {StrCat("x", i + 1)});
  }
  return builder.Output(StrCat("x", kChainNodes), wire::kFloat, {1, 8}).Build();
}

size_t PartsOf(const std::string& report) {
  std::ifstream file(report);
  std::string line;
  std::string last;
  while (std::getline(file, line)) last = line;
  size_t parts = 0;
  constexpr const char* kPart = "{\"device\":";
  for (size_t at = last.find(kPart); at != std::string::npos;
       at = last.find(kPart, at + 1)) {
    ++parts;
  }
  return parts;
}

Status Measure(const char* path, const std::string& build) {
  const std::string plugins = build + "/lib/onnxifi/plugins/libonnxifi-";
  const std::string report =
      StrCat("/tmp/onnxifi-hetero-overhead-", ::getpid(), ".jsonl");
  ::setenv("ONNXIFI_PLUGIN_FILES",
           StrCat(plugins, "cpu.so:", plugins, "hetero.so:", build,
                  "/sim/libonnxifi-sim.so")
               .c_str(),
           1);
  ::setenv("ONNXIFI_SIM_FILE",
           (build + "/../../tests/sim/machines/"
                    "two-of-everything.json")
               .c_str(),
           1);
  ::setenv("ONNXIFI_HETERO_PLACEMENT", "host", 1);
  ONNXIFI_ASSIGN_OR_RETURN(const BackendList list, BackendList::Open());
  {
    ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file,
                             graph::MapFile(path));
    ONNXIFI_ASSIGN_OR_RETURN(Subject hetero,
                             Subject::Make(list, "hetero", file.bytes));
    ONNXIFI_ASSIGN_OR_RETURN(Subject cpu,
                             Subject::Make(list, "ONNXIFI CPU", file.bytes));
    ONNXIFI_ASSIGN_OR_RETURN(const Medians times, Compare(hetero, cpu, 3));
    std::printf("whole model: %.4f, %.3f ms and %.3f ms\n", times.ratio,
                times.first / 1000, times.second / 1000);
  }
  const std::string chain = Chain();
  const auto bytes = std::as_bytes(std::span(chain));
  ONNXIFI_ASSIGN_OR_RETURN(Subject one, Subject::Make(list, "hetero", bytes));
  ::setenv("ONNXIFI_HETERO_PLACEMENT", "random:3", 1);
  ::setenv("ONNXIFI_HETERO_REPORT", report.c_str(), 1);
  ONNXIFI_ASSIGN_OR_RETURN(Subject many, Subject::Make(list, "hetero", bytes));
  const size_t parts = PartsOf(report);
  static_cast<void>(::unlink(report.c_str()));
  if (parts < 10) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("the chain has only ", parts, " parts"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const Medians times,
                           Compare(many, one, kChainRuns / kPairs));
  std::printf("boundary: %.3f us over %zu parts, %.1f us and %.1f us\n",
              (times.first - times.second) / static_cast<double>(parts - 1),
              parts, times.first, times.second);
  return Status::Ok();
}

}  // namespace
}  // namespace onnxifi::client

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: hetero_overhead MODEL BUILD_DIRECTORY\n");
    return 2;
  }
  const onnxifi::Status status = onnxifi::client::Measure(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "hetero_overhead: %s\n", status.message().c_str());
  return 1;
}
