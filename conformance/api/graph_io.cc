// onnxSetGraphIO: section 7.8 of the checklist. Which bindings accepted runs use
// is in binding.cc.
#include <cstring>

#include "conformance/api/api_kit.h"
#include "conformance/api/bad_calls.h"
#include "conformance/api/pair_graph.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using Descriptor = onnxTensorDescriptorV1;

// The call is refused and takes the binding away; the next right one is as if
// nothing had been.
void RefusesCall(Test& test, const BadCall& bad) {
  Session session(test);
  PairGraph pair(test, session);
  CERTIFY_REQUIRE(test, pair.ready(), "no graph");
  CERTIFY_STATUS(test, pair.Bind(pair.Good()), ONNXIFI_STATUS_SUCCESS,
                 "a right call");
  IoCall call = pair.Good();
  bad.spoil(call);
  const onnxStatus status = pair.Bind(call);
  CERTIFY_CHECK(test, bad.Allows(status), StatusText(status), ", not ",
                StatusText(bad.status), ": ", bad.name);
  CheckReason(test, session, bad.name);
  CERTIFY_STATUS(test, pair.RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                 "after a call that failed there is no binding: ", bad.name);
  pair.CheckUntouched("there is no binding");
  CERTIFY_STATUS(test, pair.Bind(pair.Good()), ONNXIFI_STATUS_SUCCESS,
                 "after one that failed: ", bad.name);
  CERTIFY_STATUS(test, pair.RunBound(), ONNXIFI_STATUS_SUCCESS,
                 "after one that failed: ", bad.name);
  pair.CheckResults("after a call that failed");
}

// A bad first call does not bind anything either.
void NoBindingAfterAFirstRefusal(Test& test) {
  Session session(test);
  PairGraph pair(test, session);
  CERTIFY_REQUIRE(test, pair.ready(), "no graph");
  IoCall call = pair.Good();
  call.outputs[1].buffer = 0;
  CERTIFY_STATUS(test, pair.Bind(call), ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                 "the last output has no buffer");
  CERTIFY_STATUS(test, pair.RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                 "the first call failed");
}

void OrderIsFree(Test& test) {
  Session session(test);
  PairGraph pair(test, session);
  CERTIFY_REQUIRE(test, pair.ready(), "no graph");
  for (int order = 0; order < 4; ++order) {
    IoCall call = pair.Good();
    if ((order & 1) != 0) std::swap(call.inputs[0], call.inputs[1]);
    if ((order & 2) != 0) std::swap(call.outputs[0], call.outputs[1]);
    pair.Reset(static_cast<float>(order) * 3 + 1);
    CERTIFY_STATUS(test, pair.Bind(call), ONNXIFI_STATUS_SUCCESS,
                   "descriptors in another order");
    CERTIFY_STATUS(test, pair.RunBound(), ONNXIFI_STATUS_SUCCESS,
                   "descriptors in another order");
    pair.CheckResults("descriptors in another order");
  }
}

void MemoryTypes(Test& test) {
  Session session(test);
  PairGraph pair(test, session);
  CERTIFY_REQUIRE(test, pair.ready(), "no graph");
  const uint64_t offered = session.InfoNumber(ONNXIFI_BACKEND_MEMORY_TYPES, 0);
  for (const uint64_t type :
       {ONNXIFI_MEMORY_TYPE_CUDA_BUFFER, ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER,
        ONNXIFI_MEMORY_TYPE_OPENGLES_TEXTURE_2D,
        ONNXIFI_MEMORY_TYPE_D3D_RESOURCE}) {
    for (const bool output : {false, true}) {
      // Of one that is offered this address would be no buffer.
      if ((offered & type) != 0) continue;
      IoCall call = pair.Good();
      (output ? call.outputs : call.inputs)[0].memoryType = type;
      CERTIFY_STATUS(test, pair.Bind(call),
                     ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE, "memory type ",
                     type, " is not offered");
    }
  }
}

void EveryOtherType(Test& test) {
  Session session(test);
  PairGraph pair(test, session);
  CERTIFY_REQUIRE(test, pair.ready(), "no graph");
  for (onnxEnum type = 2; type <= ONNXIFI_DATATYPE_BFLOAT16; ++type) {
    if (type == wire::kString) continue;
    for (const bool output : {false, true}) {
      IoCall call = pair.Good();
      (output ? call.outputs : call.inputs)[1].dataType = type;
      CERTIFY_STATUS(test, pair.Bind(call), ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                     "the model has float, the descriptor has type ", type);
    }
  }
}

// Names, shapes and descriptors are the client's again after the call.
void DescriptorsAreCopied(Test& test) {
  Session session(test);
  PairGraph pair(test, session);
  CERTIFY_REQUIRE(test, pair.ready(), "no graph");
  std::string names[] = {"x", "w", "y", "z"};
  std::vector<uint64_t> shapes[] = {{2, 3}, {2, 3}, {2, 3}, {2, 3}};
  IoCall call = pair.Good();
  for (size_t i = 0; i < 4; ++i) {
    Descriptor& tensor = i < 2 ? call.inputs[i] : call.outputs[i - 2];
    tensor.name = names[i].c_str();
    tensor.shape = shapes[i].data();
  }
  CERTIFY_STATUS(test, pair.Bind(call), ONNXIFI_STATUS_SUCCESS, "a right call");
  for (std::string& name : names) name[0] = '?';
  for (std::vector<uint64_t>& shape : shapes) shape = {999, 999};
  for (Descriptor& tensor : call.inputs)
    std::memset(&tensor, 0xff, sizeof(tensor));
  for (Descriptor& tensor : call.outputs)
    std::memset(&tensor, 0xff, sizeof(tensor));
  CERTIFY_STATUS(test, pair.RunBound(), ONNXIFI_STATUS_SUCCESS,
                 "the descriptors were overwritten");
  pair.CheckResults("the descriptors were overwritten");
}

void NoRunTimeInputs(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  ProbeTensors w({2, 3}, 7);
  const std::span<const float> values = w.x.as<float>();
  onnxGraph graph = session.NewGraph(
      ConstantModel(probe->op, {values.begin(), values.end()}));
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const Descriptor z = SixFloats("z", w.y.bytes().data());
  for (const Descriptor* inputs :
       {static_cast<const Descriptor*>(nullptr),
        static_cast<const Descriptor*>(Unreadable())}) {
    w.y.Poison();
    CERTIFY_STATUS(test,
                   session.plugin().onnxSetGraphIO(graph, 0, inputs, 1, &z),
                   ONNXIFI_STATUS_SUCCESS, "the graph has no inputs");
    CERTIFY_REQUIRE(test, session.Run(graph), "no run");
    const std::string wrong = w.Wrong(*probe);
    CERTIFY_CHECK(test, wrong.empty(), "a graph without inputs: ", wrong);
  }
}

void Scalars(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string model =
      DeclaredModel(probe->op, wire::kFloat, {}, wire::kFloat, {});
  if (!NeedsModel(test, session, model, "tensors of rank 0")) return;
  onnxGraph graph = session.NewGraph(model);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const uint64_t one[] = {1};
  for (const uint64_t* shape : {static_cast<const uint64_t*>(nullptr), one}) {
    ProbeTensors tensors({}, 3);
    Descriptor x =
        Describe("x", ONNXIFI_DATATYPE_FLOAT32, {}, tensors.x.bytes().data());
    Descriptor y =
        Describe("y", ONNXIFI_DATATYPE_FLOAT32, {}, tensors.y.bytes().data());
    x.shape = shape;
    y.shape = shape;
    CERTIFY_STATUS(test, session.plugin().onnxSetGraphIO(graph, 1, &x, 1, &y),
                   ONNXIFI_STATUS_SUCCESS, "rank 0");
    CERTIFY_REQUIRE(test, session.Run(graph), "no run");
    const std::string wrong = tensors.Wrong(*probe);
    CERTIFY_CHECK(test, wrong.empty(), "a scalar: ", wrong);
  }
  const Descriptor x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, one, one);
  float out = 0;
  const Descriptor y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, {}, &out);
  CERTIFY_STATUS(test, session.plugin().onnxSetGraphIO(graph, 1, &x, 1, &y),
                 ONNXIFI_STATUS_MISMATCHING_SHAPE,
                 "a vector of one for a scalar");
}

// One byte for an element, 0 or 1.
void Booleans(Test& test) {
  Session session(test);
  const std::string model =
      DeclaredModel("Identity", wire::kBool, {2, 3}, wire::kBool, {2, 3});
  CERTIFY_REQUIRE(test, session.ready(), "no backend");
  if (!NeedsModel(test, session, model, "Identity of booleans")) return;
  onnxGraph graph = session.NewGraph(model);
  Result<GuardedBuffer> in = GuardedBuffer::Make(6);
  Result<GuardedBuffer> out = GuardedBuffer::Make(6);
  CERTIFY_REQUIRE(test, graph != nullptr && in.ok() && out.ok(), "no graph");
  const uint8_t values[] = {1, 0, 0, 1, 1, 0};
  std::memcpy(in->bytes().data(), values, sizeof(values));
  const uint64_t shape[] = {2, 3};
  const Descriptor x = Describe("x", wire::kBool, shape, in->bytes().data());
  const Descriptor y = Describe("y", wire::kBool, shape, out->bytes().data());
  CERTIFY_STATUS(test, session.plugin().onnxSetGraphIO(graph, 1, &x, 1, &y),
                 ONNXIFI_STATUS_SUCCESS, "type 9");
  CERTIFY_REQUIRE(test, session.Run(graph), "no run");
  CERTIFY_CHECK(test,
                std::memcmp(out->bytes().data(), values, sizeof(values)) == 0,
                "booleans are not one byte each, 0 or 1");
  CERTIFY_CHECK(test, out->Damage().empty(), out->Damage());
}

}  // namespace

void AddGraphIoTests(TestList* list) {
  for (const BadCall& bad : BadCalls()) {
    list->Add(StrCat("graph_io/refuses_", bad.name),
              {bad.requirement, "R-209", "R-210"},
              [&bad](Test& test) { RefusesCall(test, bad); });
  }
  list->Add("graph_io/no_binding_after_a_first_refusal", {"R-209"},
            &NoBindingAfterAFirstRefusal);
  list->Add("graph_io/order_is_free", {"R-184", "R-185"}, &OrderIsFree);
  list->Add("graph_io/memory_types", {"R-203"}, &MemoryTypes);
  list->Add("graph_io/every_other_type", {"R-201"}, &EveryOtherType);
  list->Add("graph_io/descriptors_are_copied", {"R-211"},
            &DescriptorsAreCopied);
  list->Add("graph_io/no_run_time_inputs", {"R-190"}, &NoRunTimeInputs);
  list->Add("graph_io/scalars", {"R-199"}, &Scalars);
  list->Add("graph_io/booleans", {"R-215"}, &Booleans);
}

}  // namespace onnxifi::conformance
