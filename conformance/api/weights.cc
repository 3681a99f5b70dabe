// onnxInitGraph with weights by descriptors: section 7.7 of the checklist.
#include <cstring>

#include "conformance/api/api_kit.h"
#include "conformance/api/pair_graph.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using Descriptor = onnxTensorDescriptorV1;
// Storage that must live as long as the descriptors that point into it.
constexpr uint64_t kZeroFirst[] = {0, 3};
constexpr uint64_t kZeroLast[] = {2, 0};
constexpr uint64_t kTurned[] = {3, 2};
constexpr uint64_t kFlat[] = {6};
constexpr uint64_t kThree[] = {1, 2, 3};
constexpr uint64_t kHuge[] = {uint64_t{1} << 62, 3};

// A graph of PairModel where w is one of `weights`; NULL: the test has failed.
onnxGraph NewWeighted(Test& test, Session& session, const std::string& model,
                      const std::vector<Descriptor>& weights) {
  onnxGraph graph = nullptr;
  const onnxStatus status = session.plugin().onnxInitGraph(
      session.backend(), nullptr, model.size(), model.data(),
      static_cast<uint32_t>(weights.size()), weights.data(), &graph);
  CERTIFY_CHECK(test, Accepted(status),
                "onnxInitGraph with weights: ", StatusText(status), ": ",
                session.plugin().LastError(session.id()));
  if (!Accepted(status) || graph == nullptr) return nullptr;
  session.OwnGraph(graph);
  return graph;
}

// x goes to y; z must be made of the weight that is `w`'s input.
void CheckRun(Test& test, Session& session, onnxGraph graph, ProbeTensors& x,
              ProbeTensors& w, std::string_view what) {
  const Descriptor in = SixFloats("x", x.x.bytes().data());
  const Descriptor out[] = {SixFloats("y", x.y.bytes().data()),
                            SixFloats("z", w.y.bytes().data())};
  CERTIFY_STATUS(test, session.plugin().onnxSetGraphIO(graph, 1, &in, 2, out),
                 ONNXIFI_STATUS_SUCCESS, what);
  CERTIFY_REQUIRE(test, session.Run(graph), "no run: ", what);
  for (const ProbeTensors* tensors : {&x, &w}) {
    const std::string wrong = tensors->Wrong(*session.model());
    CERTIFY_CHECK(test, wrong.empty(), what, ": ", wrong);
  }
}

void DescriptorIsTheWeight(Test& test) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.model() != nullptr, "no model");
  ProbeTensors x({2, 3}, 1);
  ProbeTensors w({2, 3}, 50);
  CERTIFY_REQUIRE(test, w.x.MakeReadOnly().ok(), "no read-only memory");
  onnxGraph graph = NewWeighted(test, session, PairModel(session.model()->op),
                                {SixFloats("w", w.x.bytes().data())});
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  CheckRun(test, session, graph, x, w, "a weight by descriptor");
}

// All that describes a weight may go when the call has returned.
void EverythingIsCopied(Test& test) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.model() != nullptr, "no model");
  ProbeTensors x({2, 3}, 1);
  ProbeTensors w({2, 3}, 50);
  std::vector<std::byte> data(w.x.bytes().begin(), w.x.bytes().end());
  std::string name = "w";
  std::vector<uint64_t> shape = {2, 3};
  std::vector<Descriptor> weights = {
      Describe(name.c_str(), ONNXIFI_DATATYPE_FLOAT32, shape, data.data())};
  onnxGraph graph =
      NewWeighted(test, session, PairModel(session.model()->op), weights);
  std::memset(data.data(), 0xff, data.size());
  name[0] = 'q';
  shape = {7, 7};
  std::memset(weights.data(), 0xff, sizeof(weights[0]));
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  CheckRun(test, session, graph, x, w,
           "after the weight was overwritten by the client");
}

void AnyAlignment(Test& test) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.model() != nullptr, "no model");
  for (size_t offset = 1; offset < 8; offset += 2) {
    ProbeTensors x({2, 3}, 1);
    ProbeTensors w({2, 3}, 50);
    Result<GuardedBuffer> memory =
        GuardedBuffer::Make(w.x.bytes().size() + offset);
    CERTIFY_REQUIRE(test, memory.ok(), memory.status().message());
    std::byte* const data = memory->bytes().data() + offset;
    std::memcpy(data, w.x.bytes().data(), w.x.bytes().size());
    onnxGraph graph = NewWeighted(test, session, PairModel(session.model()->op),
                                  {SixFloats("w", data)});
    CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
    CheckRun(test, session, graph, x, w, "a weight at an odd address");
    session.DisownGraph(graph);
    CERTIFY_STATUS(test, session.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, "a graph with weights");
  }
}

// By name, not by order, and each its own.
void TwoWeights(Test& test) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.model() != nullptr, "no model");
  for (const bool turned : {false, true}) {
    ProbeTensors x({2, 3}, 1);
    ProbeTensors v({2, 3}, 20);
    ProbeTensors w({2, 3}, 300);
    std::vector<Descriptor> weights = {SixFloats("v", v.x.bytes().data()),
                                       SixFloats("w", w.x.bytes().data())};
    if (turned) std::swap(weights[0], weights[1]);
    onnxGraph graph =
        NewWeighted(test, session, TripleModel(session.model()->op), weights);
    CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
    const Descriptor in = SixFloats("x", x.x.bytes().data());
    const Descriptor out[] = {SixFloats("y", x.y.bytes().data()),
                              SixFloats("p", v.y.bytes().data()),
                              SixFloats("q", w.y.bytes().data())};
    CERTIFY_STATUS(test, session.plugin().onnxSetGraphIO(graph, 1, &in, 3, out),
                   ONNXIFI_STATUS_SUCCESS, "two weights");
    CERTIFY_REQUIRE(test, session.Run(graph), "no run");
    for (const ProbeTensors* tensors : {&x, &v, &w}) {
      const std::string wrong = tensors->Wrong(*session.model());
      CERTIFY_CHECK(test, wrong.empty(), "two weights: ", wrong);
    }
    session.DisownGraph(graph);
    CERTIFY_STATUS(test, session.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, "a graph with weights");
  }
}

void WeightIsNoInput(Test& test) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.model() != nullptr, "no model");
  ProbeTensors x({2, 3}, 1);
  ProbeTensors w({2, 3}, 50);
  onnxGraph graph = NewWeighted(test, session, PairModel(session.model()->op),
                                {SixFloats("w", w.x.bytes().data())});
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const Descriptor in[] = {SixFloats("x", x.x.bytes().data()),
                           SixFloats("w", w.x.bytes().data())};
  const Descriptor out[] = {SixFloats("y", x.y.bytes().data()),
                            SixFloats("z", w.y.bytes().data())};
  CERTIFY_STATUS(test, session.plugin().onnxSetGraphIO(graph, 2, in, 2, out),
                 ONNXIFI_STATUS_INVALID_NAME, "an input is a static weight");
}

void CountDecides(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const Plugin& f = session.plugin();
  onnxGraph graph = Preset();
  CERTIFY_STATUS(
      test,
      f.onnxInitGraph(session.backend(), nullptr, probe->bytes.size(),
                      probe->bytes.data(), 1, nullptr, &graph),
      ONNXIFI_STATUS_INVALID_POINTER, "one weight, weightDescriptors is NULL");
  CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL");
  CheckReason(test, session, "weights that are NULL");
  const onnxStatus status = f.onnxInitGraph(
      session.backend(), nullptr, probe->bytes.size(), probe->bytes.data(), 0,
      static_cast<const Descriptor*>(Unreadable()), &graph);
  CERTIFY_CHECK(test, Accepted(status), StatusText(status),
                ": no weights, and weightDescriptors is not NULL");
  if (Accepted(status)) session.OwnGraph(graph);
}

void TwoSources(Test& test) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.model() != nullptr, "no model");
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const std::string model = PairWithInitializer(session.model()->op, values);
  const Descriptor weight = SixFloats("w", values.data());
  onnxGraph graph = Preset();
  CERTIFY_STATUS(
      test,
      session.plugin().onnxInitGraph(session.backend(), nullptr, model.size(),
                                     model.data(), 1, &weight, &graph),
      ONNXIFI_STATUS_INVALID_MODEL, "weights in the model and by descriptors");
  CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL");
  CheckReason(test, session, "two sources of weights");
}

struct BadWeight {
  const char* name;
  onnxStatus status;
  const char* requirement;
  void (*spoil)(std::vector<Descriptor>& weights);
  onnxStatus or_status = ONNXIFI_STATUS_SUCCESS;
};

void RefusesWeight(Test& test, const BadWeight& bad) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.model() != nullptr, "no model");
  const std::string model = PairModel(session.model()->op);
  ProbeTensors w({2, 3}, 50);
  // Room for the largest type, so that only the descriptor is wrong.
  const std::vector<double> data(64, 1);
  std::vector<Descriptor> weights = {SixFloats("w", data.data())};
  bad.spoil(weights);
  onnxGraph graph = Preset();
  const onnxStatus status = session.plugin().onnxInitGraph(
      session.backend(), nullptr, model.size(), model.data(),
      static_cast<uint32_t>(weights.size()), weights.data(), &graph);
  CERTIFY_CHECK(
      test,
      status == bad.status ||
          (status == bad.or_status && bad.or_status != ONNXIFI_STATUS_SUCCESS),
      StatusText(status), ", not ", StatusText(bad.status),
      ", for a weight: ", bad.name);
  CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL");
  CheckReason(test, session, bad.name);
  ProbeTensors x({2, 3}, 1);
  graph =
      NewWeighted(test, session, model, {SixFloats("w", w.x.bytes().data())});
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph after a refusal");
  CheckRun(test, session, graph, x, w, "after a refusal");
}

using W = std::vector<Descriptor>;

constexpr BadWeight kBadWeights[] = {
    {"wrong_tag", ONNXIFI_STATUS_UNSUPPORTED_TAG, "R-167",
     [](W& w) {
       w[0].tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
       w[0].name = static_cast<const char*>(Unreadable());
       w[0].shape = static_cast<const uint64_t*>(Unreadable());
     }},
    {"tag_zero", ONNXIFI_STATUS_UNSUPPORTED_TAG, "R-167",
     [](W& w) { w[0].tag = 0; }},
    {"second_tag_wrong", ONNXIFI_STATUS_UNSUPPORTED_TAG, "R-167",
     [](W& w) {
       w.push_back(w[0]);
       w[1].tag = 1;
     }},
    {"name_null", ONNXIFI_STATUS_INVALID_NAME, "R-168",
     [](W& w) { w[0].name = nullptr; }},
    {"name_empty", ONNXIFI_STATUS_INVALID_NAME, "R-168",
     [](W& w) { w[0].name = ""; }},
    {"name_unknown", ONNXIFI_STATUS_INVALID_NAME, "R-168",
     [](W& w) { w[0].name = "stranger"; }},
    {"name_of_an_output", ONNXIFI_STATUS_INVALID_NAME, "R-168",
     [](W& w) { w[0].name = "y"; }},
    {"name_in_other_case", ONNXIFI_STATUS_INVALID_NAME, "R-168",
     [](W& w) { w[0].name = "W"; }},
    {"name_twice", ONNXIFI_STATUS_INVALID_NAME, "R-168",
     [](W& w) { w.push_back(w[0]); }},
    {"dimension_zero", ONNXIFI_STATUS_INVALID_SHAPE, "R-169",
     [](W& w) { w[0].shape = kZeroFirst; }},
    {"last_dimension_zero", ONNXIFI_STATUS_INVALID_SHAPE, "R-169",
     [](W& w) { w[0].shape = kZeroLast; }},
    {"shape_null", ONNXIFI_STATUS_INVALID_SHAPE, "R-169",
     [](W& w) { w[0].shape = nullptr; }},
    {"type_99", ONNXIFI_STATUS_INVALID_DATATYPE, "R-170",
     [](W& w) { w[0].dataType = 99; }},
    {"type_undefined", ONNXIFI_STATUS_INVALID_DATATYPE, "R-170",
     [](W& w) { w[0].dataType = ONNXIFI_DATATYPE_UNDEFINED; }},
    {"type_string", ONNXIFI_STATUS_INVALID_DATATYPE, "R-170",
     [](W& w) { w[0].dataType = wire::kString; }},
    {"type_of_a_vendor", ONNXIFI_STATUS_INVALID_DATATYPE, "R-170",
     [](W& w) { w[0].dataType |= uint64_t{1} << 40; },
     ONNXIFI_STATUS_MISMATCHING_DATATYPE},
    {"memory_type_32", ONNXIFI_STATUS_INVALID_MEMORY_TYPE, "R-171",
     [](W& w) { w[0].memoryType = 32; }},
    {"memory_type_of_two_bits", ONNXIFI_STATUS_INVALID_MEMORY_TYPE, "R-171",
     [](W& w) { w[0].memoryType = 3; }},
    {"memory_type_cuda", ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE, "R-171",
     [](W& w) { w[0].memoryType = ONNXIFI_MEMORY_TYPE_CUDA_BUFFER; }},
    {"memory_type_opencl", ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE, "R-171",
     [](W& w) { w[0].memoryType = ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER; }},
    {"buffer_null", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, "R-172",
     [](W& w) { w[0].buffer = 0; }},
    {"shape_turned", ONNXIFI_STATUS_MISMATCHING_SHAPE, "R-173",
     [](W& w) { w[0].shape = kTurned; }},
    {"rank_one", ONNXIFI_STATUS_MISMATCHING_SHAPE, "R-173",
     [](W& w) {
       w[0].shape = kFlat;
       w[0].dimensions = 1;
     }},
    {"rank_three", ONNXIFI_STATUS_MISMATCHING_SHAPE, "R-173",
     [](W& w) {
       w[0].shape = kThree;
       w[0].dimensions = 3;
     }},
    {"shape_huge", ONNXIFI_STATUS_MISMATCHING_SHAPE, "R-173",
     [](W& w) { w[0].shape = kHuge; }, ONNXIFI_STATUS_UNSUPPORTED_SHAPE},
    {"type_float64", ONNXIFI_STATUS_MISMATCHING_DATATYPE, "R-174",
     [](W& w) { w[0].dataType = ONNXIFI_DATATYPE_FLOAT64; }},
    {"type_int32", ONNXIFI_STATUS_MISMATCHING_DATATYPE, "R-174",
     [](W& w) { w[0].dataType = ONNXIFI_DATATYPE_INT32; }},
};

}  // namespace

void AddWeightsTests(TestList* list) {
  list->Add("weights/descriptor_is_the_weight", {"R-160"},
            &DescriptorIsTheWeight);
  list->Add("weights/everything_is_copied", {"R-161"}, &EverythingIsCopied);
  list->Add("weights/any_alignment", {"R-176"}, &AnyAlignment);
  list->Add("weights/two_weights", {"R-160"}, &TwoWeights);
  list->Add("weights/weight_is_no_input", {"R-196"}, &WeightIsNoInput);
  list->Add("weights/count_decides", {"R-163", "R-164"}, &CountDecides);
  list->Add("weights/two_sources", {"R-165"}, &TwoSources);
  for (const BadWeight& bad : kBadWeights) {
    list->Add(StrCat("weights/refuses_", bad.name), {bad.requirement},
              [&bad](Test& test) { RefusesWeight(test, bad); });
  }
}

}  // namespace onnxifi::conformance
