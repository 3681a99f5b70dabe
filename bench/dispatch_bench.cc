// What the executor adds to a node: a chain of 1000 tiny nodes is run as a
// compiled program, and the same kernel calls are made in a bare loop. The
// difference per node is the executor's cost.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "backends/common/graph_compiler.h"
#include "base/str_cat.h"

namespace onnxifi {
namespace {

constexpr int kNodes = 1000;
constexpr int64_t kElements = 16;
constexpr int kRepeats = 50;

using Clock = std::chrono::steady_clock;

onnxStatus RunTiny(const void* state, const RunArgs& args) {
  const int64_t count = *static_cast<const int64_t*>(state);
  const float* in = static_cast<const float*>(args.in[0]);
  float* out = static_cast<float*>(args.out[0]);
  for (int64_t i = 0; i < count; ++i) out[i] = in[i] * 0.5f + 1.0f;
  return ONNXIFI_STATUS_SUCCESS;
}

Status PrepareTiny(PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, ctx.in(0)));
  ctx.SetStepState(&RunTiny, kElements);
  return Status::Ok();
}

constexpr OpKernel kKernels[] = {{.op = "Tiny", .prepare = &PrepareTiny}};
const OpTable kTable = {kKernels, 1};
const OpTable* const kTables[] = {&kTable, nullptr};

graph::Graph Chain() {
  graph::Graph graph;
  for (int i = 0; i <= kNodes; ++i) {
    graph::Value value;
    value.name = StrCat("v", i);
    value.kind = graph::Value::Kind::kTensor;
    value.type = graph::DataType::kFloat;
    value.has_shape = true;
    value.dims = {kElements};
    graph.values.push_back(value);
  }
  for (int i = 0; i < kNodes; ++i) {
    graph::Node node;
    node.name = StrCat("n", i);
    node.op_type = "Tiny";
    node.opset = 13;
    node.inputs = {i};
    node.outputs = {i + 1};
    graph.nodes.push_back(node);
  }
  graph.inputs = {0};
  graph.outputs = {kNodes};
  return graph;
}

double Seconds(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void BM_ExecutorPerNode(benchmark::State& state) {
  ThreadPool pool(1);
  auto compiled = GraphCompiler::Create(Chain(), OpRegistry(kTables), {}, pool);
  auto executable = (*compiled)->Specialize({{kElements}});
  std::vector<float> x(kElements, 1.0f), y(kElements), z(kElements);
  const void* in[] = {x.data()};
  void* out[] = {y.data()};
  // volatile: the bare loop must call through a pointer as the program does.
  RunFn volatile fn = &RunTiny;
  double program_best = 1e9;
  double kernel_best = 1e9;
  for (auto _ : state) {
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      Clock::time_point begin = Clock::now();
      benchmark::DoNotOptimize((*executable)->Run(in, out));
      program_best = std::min(program_best, Seconds(begin));

      float* a = y.data();
      float* b = z.data();
      begin = Clock::now();
      for (int i = 0; i < kNodes; ++i) {
        const void* bare_in[] = {a};
        void* bare_out[] = {b};
        const RunArgs args{bare_in, bare_out, nullptr, &pool};
        benchmark::DoNotOptimize(fn(&kElements, args));
        std::swap(a, b);
      }
      kernel_best = std::min(kernel_best, Seconds(begin));
    }
  }
  state.counters["ns_per_node"] = program_best / kNodes * 1e9;
  state.counters["kernel_ns"] = kernel_best / kNodes * 1e9;
  state.counters["beyond_kernel_ns"] =
      std::max(0.0, (program_best - kernel_best) / kNodes * 1e9);
}
BENCHMARK(BM_ExecutorPerNode);

}  // namespace
}  // namespace onnxifi
