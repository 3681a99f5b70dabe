// A graph gives the same as a whole and in parts: frameworks and partitioners
// cut models as they like.
#include <algorithm>
#include <map>

#include "conformance/ops/op_case.h"
#include "conformance/ops/random_graph.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr int kQuickGraphs = 30;
constexpr int kGraphs = 225;

using Values = std::map<size_t, NumberTensor>;  // by the graph's index

NumberTensor FromHost(const HostTensor& tensor) {
  NumberTensor out(tensor.type(), tensor.dims());
  for (size_t i = 0; i < out.count(); ++i) {
    out[i] = client::ElementAsDouble(tensor, static_cast<int64_t>(i));
  }
  return out;
}

// Runs a part on what is known, and adds what it gives. False: it was refused
// or the test has failed.
bool RunPart(Test& test, Session& session, const RandomGraph& graph,
             const GraphPart& part, Values* values, bool* refused) {
  PluginModel model(test, session, part.model);
  *refused = model.refused();
  if (!model.ready()) {
    if (test.failed()) test.Keep("part.onnx", part.model);
    return false;
  }
  std::vector<HostValue> inputs;
  for (const size_t value : part.inputs) {
    inputs.emplace_back(ToHost(values->at(value), ""));
  }
  std::vector<HostValue> like;
  for (const size_t value : part.outputs) {
    like.emplace_back(ToHost(graph.values[value].exact, ""));
  }
  const auto got = model.Run(inputs, like, {});
  if (!got.has_value()) {
    test.Keep("part.onnx", part.model);
    return false;
  }
  for (size_t i = 0; i < part.outputs.size(); ++i) {
    (*values)[part.outputs[i]] = FromHost((*got)[i].tensor);
  }
  return true;
}

Values InputsOf(const RandomGraph& graph) {
  Values values;
  for (size_t i = 0; i < graph.inputs; ++i) {
    values[i] = graph.values[i].exact;
  }
  return values;
}

// `got` against what it should be; errors of both sides add up.
void Compare(Test& test, const RandomGraph& graph, const Values& got,
             const Values* other, const char* when, double* worst) {
  for (size_t i = 0; i < graph.values.size(); ++i) {
    if (!graph.is_output[i]) continue;
    const NumberTensor& want =
        other == nullptr ? graph.values[i].exact : other->at(i);
    Expected expected;
    expected.want = want;
    const double bound = graph.values[i].error * (other == nullptr ? 1.0 : 2.0);
    expected.bound.assign(want.count(), bound);
    const std::string wrong = Mismatch(expected, ToHost(got.at(i), ""), worst);
    CERTIFY_CHECK(test, wrong.empty(), when, ", value v", i, ": ", wrong);
  }
}

void Invariance(Test& test) {
  Session session(test);
  if (!session.ready()) return;
  const size_t nodes = 4 + test.random()() % 24;
  const RandomGraph graph = MakeRandomGraph(nodes, test.random());
  const GraphPart all = PartOf(graph, 0, nodes);
  Values whole = InputsOf(graph);
  bool refused = false;
  if (!RunPart(test, session, graph, all, &whole, &refused)) return;
  double worst = 0;
  Compare(test, graph, whole, nullptr, "the whole graph", &worst);
  // Two or three parts.
  std::vector<size_t> cuts = {0, 1 + test.random()() % (nodes - 1), nodes};
  if (test.random()() % 2 == 0)
    cuts.push_back(1 + test.random()() % (nodes - 1));
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  Values parts = InputsOf(graph);
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    const GraphPart part = PartOf(graph, cuts[i], cuts[i + 1]);
    const bool ran = RunPart(test, session, graph, part, &parts, &refused);
    CERTIFY_CHECK(test, !refused,
                  "a part of a graph is refused that runs as a "
                  "whole: nodes ",
                  cuts[i], " to ", cuts[i + 1]);
    if (!ran) {
      test.Keep("model.onnx", all.model);
      return;
    }
  }
  Compare(test, graph, parts, nullptr, "in parts", &worst);
  Compare(test, graph, parts, &whole, "parts against the whole", &worst);
  test.Show("error", worst, 1);
  if (test.failed()) test.Keep("model.onnx", all.model);
}

}  // namespace

void AddPartitionTests(TestList* list) {
  for (int i = 0; i < kGraphs; ++i) {
    list->quick = i < kQuickGraphs;
    const std::string number = std::to_string(1000 + i).substr(1);
    list->Add("partition/graph_" + number, {"R-084", "R-100"}, &Invariance);
  }
}

}  // namespace onnxifi::conformance
