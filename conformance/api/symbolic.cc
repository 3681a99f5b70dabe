// Graphs whose dimensions get their numbers from the binding: section 7.8 of the
// checklist. For backends that claim the capability.
#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using Descriptor = onnxTensorDescriptorV1;
constexpr uint64_t kBatch = ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE;
constexpr uint64_t kSizes = ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS;

// A graph y = op(x) of declared shapes, or the reason why there is none.
onnxGraph NewSymbolic(Test& test, Session& session, uint64_t capability,
                      const wire::Dims& in, const wire::Dims& out) {
  const ProbeModel* probe = session.model();
  if (probe == nullptr) return nullptr;
  if (!session.Can(capability)) {
    test.Count();
    test.Unsupported("the backend does not claim symbolic dimensions");
    return nullptr;
  }
  return session.NewGraph(
      DeclaredModel(probe->op, wire::kFloat, in, wire::kFloat, out));
}

onnxStatus Bind(const Session& session, onnxGraph graph,
                const ProbeTensors& tensors, std::vector<uint64_t> in,
                std::vector<uint64_t> out) {
  const Descriptor x =
      Describe("x", ONNXIFI_DATATYPE_FLOAT32, in, tensors.x.bytes().data());
  const Descriptor y =
      Describe("y", ONNXIFI_DATATYPE_FLOAT32, out, tensors.y.bytes().data());
  return session.plugin().onnxSetGraphIO(graph, 1, &x, 1, &y);
}

void RunShapes(Test& test, Session& session, onnxGraph graph,
               const std::vector<std::vector<uint64_t>>& shapes) {
  for (const std::vector<uint64_t>& shape : shapes) {
    ProbeTensors tensors(shape, 3);
    CERTIFY_REQUIRE(test, session.Bind(graph, tensors), "shape ",
                    ShapeText(shape));
    for (int i = 0; i < 2; ++i) {
      tensors.Reset(static_cast<float>(i));
      CERTIFY_REQUIRE(test, session.Run(graph), "shape ", ShapeText(shape));
      const std::string wrong = tensors.Wrong(*session.model());
      CERTIFY_CHECK(test, wrong.empty(), "shape ", ShapeText(shape), ": ",
                    wrong);
    }
  }
}

void BatchSizes(Test& test) {
  Session session(test);
  onnxGraph graph = NewSymbolic(test, session, kBatch, {"N", 3}, {"N", 3});
  if (graph == nullptr) return;
  RunShapes(test, session, graph,
            {{1, 3}, {7, 3}, {1, 3}, {2, 3}, {64, 3}, {7, 3}, {1000, 3}});
}

void AllSizes(Test& test) {
  Session session(test);
  onnxGraph graph = NewSymbolic(test, session, kSizes, {"N", "M"}, {"N", "M"});
  if (graph == nullptr) return;
  RunShapes(test, session, graph,
            {{1, 1}, {3, 5}, {5, 3}, {1, 700}, {700, 1}, {3, 5}});
}

// Without a name the dimension is symbolic all the same.
void UnnamedSizes(Test& test) {
  Session session(test);
  onnxGraph graph = NewSymbolic(test, session, kBatch, {"", 3}, {"", 3});
  if (graph == nullptr) return;
  RunShapes(test, session, graph, {{1, 3}, {4, 3}, {1, 3}});
}

void AcceptedRunKeepsItsShape(Test& test) {
  ProbeTensors large({9, 3}, 1);
  ProbeTensors small({2, 3}, 50);
  Session session(test);
  onnxGraph graph = NewSymbolic(test, session, kBatch, {"N", 3}, {"N", 3});
  if (graph == nullptr) return;
  onnxEvent gate = session.NewEvent();
  CERTIFY_REQUIRE(test, session.Bind(graph, large), "shape 9x3");
  onnxEvent first = session.Start(graph, gate);
  CERTIFY_REQUIRE(test, first != nullptr && session.Bind(graph, small),
                  "shape 2x3");
  onnxEvent second = session.Start(graph, gate);
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(gate),
                 ONNXIFI_STATUS_SUCCESS, "the input event of both");
  Finish(test, session, first, ONNXIFI_STATUS_SUCCESS, "shape 9x3");
  Finish(test, session, second, ONNXIFI_STATUS_SUCCESS, "shape 2x3");
  for (const ProbeTensors* tensors : {&large, &small}) {
    const std::string wrong = tensors->Wrong(*session.model());
    CERTIFY_CHECK(test, wrong.empty(), "two shapes in flight: ", wrong);
  }
}

void WrongNumbers(Test& test) {
  Session session(test);
  onnxGraph graph = NewSymbolic(test, session, kBatch, {"N", 3}, {"N", 3});
  if (graph == nullptr) return;
  ProbeTensors tensors({8, 8}, 1);
  const struct {
    std::vector<uint64_t> in;
    std::vector<uint64_t> out;
    onnxStatus status;
    const char* what;
  } rows[] = {
      {{4, 3},
       {5, 3},
       ONNXIFI_STATUS_MISMATCHING_SHAPE,
       "one symbol has two values"},
      {{4, 4},
       {4, 4},
       ONNXIFI_STATUS_MISMATCHING_SHAPE,
       "a fixed dimension is another one"},
      {{4}, {4}, ONNXIFI_STATUS_MISMATCHING_SHAPE, "another rank"},
      {{4, 3, 1}, {4, 3, 1}, ONNXIFI_STATUS_MISMATCHING_SHAPE, "another rank"},
      {{0, 3}, {0, 3}, ONNXIFI_STATUS_INVALID_SHAPE, "a dimension of 0"},
  };
  for (const auto& row : rows) {
    CERTIFY_STATUS(test, Bind(session, graph, tensors, {4, 3}, {4, 3}),
                   ONNXIFI_STATUS_SUCCESS, "4x3");
    CERTIFY_STATUS(test, Bind(session, graph, tensors, row.in, row.out),
                   row.status, row.what);
    CheckReason(test, session, row.what);
    const onnxMemoryFenceV1 from = EventFence(session.NewSignalledEvent());
    onnxMemoryFenceV1 to = EventFence(Preset());
    CERTIFY_STATUS(test, test.plugin().onnxRunGraph(graph, &from, &to),
                   ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                   "after a call that failed there is no binding");
  }
  CERTIFY_CHECK(test, tensors.untouched(), "a refused run was executed");
}

// More than any memory: refused, and not by a crash of arithmetic.
void HugeNumbers(Test& test) {
  Session session(test);
  onnxGraph graph = NewSymbolic(test, session, kBatch, {"N", 3}, {"N", 3});
  if (graph == nullptr) return;
  ProbeTensors tensors({2, 3}, 1);
  for (const uint64_t n : {uint64_t{1} << 60, uint64_t{1} << 62,
                           uint64_t{1} << 63, UINT64_MAX, UINT64_MAX / 12}) {
    const onnxStatus status = Bind(session, graph, tensors, {n, 3}, {n, 3});
    CERTIFY_CHECK(test,
                  status == ONNXIFI_STATUS_UNSUPPORTED_SHAPE ||
                      status == ONNXIFI_STATUS_INVALID_SHAPE ||
                      status == ONNXIFI_STATUS_INVALID_MEMORY_LOCATION ||
                      status == ONNXIFI_STATUS_NO_SYSTEM_MEMORY ||
                      status == ONNXIFI_STATUS_NO_DEVICE_MEMORY,
                  StatusText(status), " for ", n, " rows");
    CheckReason(test, session, "a shape beyond all memory");
  }
  RunShapes(test, session, graph, {{2, 3}});
}

// Two inputs that share a symbol, and two that do not.
void SharedSymbols(Test& test) {
  for (const bool shared : {true, false}) {
    Session session(test);
    const ProbeModel* probe = session.model();
    CERTIFY_REQUIRE(test, probe != nullptr, "no model");
    if (!session.Can(kBatch)) {
      test.Unsupported("the backend does not claim symbolic dimensions");
      return;
    }
    const wire::Dims first = {"N", 3};
    const wire::Dims second = {shared ? "N" : "M", 3};
    onnxGraph graph = session.NewGraph(
        wire::ModelBuilder(8, 13)
            .Input("x", wire::kFloat, first)
            .Input("w", wire::kFloat, second)
            .Output("y", wire::kFloat, first)
            .Output("z", wire::kFloat, second)
            .Node(probe->op, ArgumentsOf(probe->op, "x"), {"y"})
            .Node(probe->op, ArgumentsOf(probe->op, "w"), {"z"})
            .Build());
    CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
    ProbeTensors x({4, 3}, 1);
    ProbeTensors w({6, 3}, 70);
    const auto describe = [](const char* name, const ProbeTensors& tensors,
                             const GuardedBuffer& buffer) {
      return Describe(name, ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                      buffer.bytes().data());
    };
    const Descriptor in[] = {describe("x", x, x.x), describe("w", w, w.x)};
    const Descriptor out[] = {describe("y", x, x.y), describe("z", w, w.y)};
    CERTIFY_STATUS(
        test, test.plugin().onnxSetGraphIO(graph, 2, in, 2, out),
        shared ? ONNXIFI_STATUS_MISMATCHING_SHAPE : ONNXIFI_STATUS_SUCCESS,
        shared ? "one symbol has two values" : "two symbols have two values");
    if (shared) continue;
    CERTIFY_REQUIRE(test, session.Run(graph), "no run");
    for (const ProbeTensors* tensors : {&x, &w}) {
      const std::string wrong = tensors->Wrong(*probe);
      CERTIFY_CHECK(test, wrong.empty(), "two symbols: ", wrong);
    }
  }
}

}  // namespace

void AddSymbolicTests(TestList* list) {
  list->Add("symbolic/batch_sizes", {"R-098", "R-207"}, &BatchSizes);
  list->Add("symbolic/all_sizes", {"R-098", "R-207"}, &AllSizes);
  list->Add("symbolic/unnamed_sizes", {"R-207"}, &UnnamedSizes);
  list->Add("symbolic/accepted_run_keeps_its_shape", {"R-207", "R-212"},
            &AcceptedRunKeepsItsShape);
  list->Add("symbolic/wrong_numbers", {"R-197", "R-206", "R-208", "R-209"},
            &WrongNumbers);
  list->Add("symbolic/huge_numbers", {"R-207"}, &HugeNumbers);
  list->Add("symbolic/shared_symbols", {"R-208"}, &SharedSymbols);
}

}  // namespace onnxifi::conformance
