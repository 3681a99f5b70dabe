// Interface 1.1: runs on values.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/model_builder.h"
#include "client/abi_value.h"
#include "conformance/interface/client_1_1.h"
#include "conformance/interface/value_models.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using client::HostValue;
using wire::kFloat;
using wire::ModelBuilder;
using wire::SequenceType;
using wire::TensorType;

bool Offers(Client11& client) {
  return client.Offers(client.table().checkModel, "checkModel") &&
         client.Offers(client.table().initGraph, "initGraph") &&
         client.Offers(client.table().runValues, "runValues");
}

// Every kind goes in and comes out as it is.
void EveryKind(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  size_t taken = 0;
  for (const ValueCase& one : ValueCases()) {
    const onnxStatus status = client.Check(one.model);
    CERTIFY_CHECK(test, Done(status) || (status & 0xff00) == 0x0200,
                  "checkModel of ", one.what, ": ", StatusText(status), ": ",
                  client.LastError());
    if (!Done(status)) continue;
    ++taken;
    onnxGraph graph = client.NewGraph(one.model);
    if (graph == nullptr) continue;
    for (int run = 0; run < 3; ++run) {
      client.RunsTo(graph, one.inputs(), one.outputs(), one.what);
    }
  }
  test.Show("kinds of values", static_cast<double>(taken));
  if (taken == 0) {
    client.Unsupported(
        "the backend takes no strings, sequences, optionals and maps");
  }
}

// All types of numbers, those that descriptors do not have included.
void EveryNumberType(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  size_t taken = 0;
  for (int32_t type = 1; type <= 26; ++type) {
    if (type == wire::kString) continue;
    const int64_t opset = type <= 16 ? 13 : type <= 20 ? 19 : 25;
    const int64_t ir = type <= 16 ? 8 : type <= 20 ? 9 : 13;
    const std::string model = IdentityModel(TensorType(type, {7}), ir, opset);
    if (!client.Takes(model)) continue;
    ++taken;
    onnxGraph graph = client.NewGraph(model);
    if (graph == nullptr) continue;
    const unsigned char bytes[7 * 16] = {1, 0, 1, 1, 0, 0, 1, 0, 1, 1};
    const auto name = StrCat("data type ", type);
    client.RunsTo(graph,
                  ListOf(TensorValue("x", type, {7}, bytes, sizeof(bytes))),
                  ListOf(TensorValue("y", type, {7}, bytes, sizeof(bytes))),
                  name.c_str());
  }
  test.Show("number types", static_cast<double>(taken));
  if (taken == 0) client.Unsupported("the backend has no Identity");
}

void CoreFunctionsRefuseSuchModels(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  for (const ValueCase& one : ValueCases()) {
    const onnxStatus check = test.plugin().onnxGetBackendCompatibility(
        client.id(), one.model.size(), one.model.data());
    CERTIFY_CHECK(test, (check & 0xff00) == 0x0200,
                  "onnxGetBackendCompatibility of a model with ", one.what,
                  ": ", StatusText(check));
    onnxGraph graph = &graph;
    const onnxStatus init = test.plugin().onnxInitGraph(
        client.session().backend(), nullptr, one.model.size(), one.model.data(),
        0, nullptr, &graph);
    CERTIFY_CHECK(test, init == check, "onnxInitGraph of a model with ",
                  one.what, ": ", StatusText(init), ", not ",
                  StatusText(check));
    CERTIFY_CHECK(test, graph == nullptr, "a graph with ", one.what);
  }
}

void DescriptorsAreRefused(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const uint64_t shape[] = {2};
  const char data[64] = {};
  size_t taken = 0;
  for (const ValueCase& one : ValueCases()) {
    if (!client.Takes(one.model)) continue;
    ++taken;
    onnxGraph graph = client.NewGraph(one.model);
    if (graph == nullptr) continue;
    const auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, shape, data);
    const auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, shape, data);
    CERTIFY_STATUS(test, test.plugin().onnxSetGraphIO(graph, 1, &x, 1, &y),
                   ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                   "descriptors cannot carry ", one.what);
    client.RunsTo(graph, one.inputs(), one.outputs(), one.what);
  }
  if (taken == 0) client.Unsupported("the backend takes no such models");
}

void DeepTypes(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const auto with = [](const std::string& type) {
    return ModelBuilder(8, 17)
        .InputOfType("unused", type)
        .Input("x", kFloat, {2})
        .Output("y", kFloat, {2})
        .Node("Identity", {"x"}, {"y"})
        .Build();
  };
  std::string type = TensorType(kFloat, {2});
  for (int i = 0; i < ONNXIFI_VALUE_MAX_DEPTH; ++i) type = SequenceType(type);
  const bool takes = client.Takes(with(type));
  for (int more = 0; more < 40; more += 13) {
    for (int i = 0; i <= more; ++i) type = SequenceType(type);
    const onnxStatus status = client.Check(with(type));
    CERTIFY_CHECK(test, !Done(status), "a model with an input of more than ",
                  ONNXIFI_VALUE_MAX_DEPTH,
                  " sequences around a tensor: ", StatusText(status));
  }
  for (const int32_t key : {kFloat, wire::kDouble, wire::kBool}) {
    const onnxStatus status =
        client.Check(with(MapType(key, TensorType(kFloat, {}))));
    CERTIFY_CHECK(test, !Done(status), "a model with a map of keys of type ",
                  key, ": ", StatusText(status));
  }
  test.Show("takes 16 levels", takes ? 1 : 0);
}

// A graph of the core function, and one of initGraph.
void EveryGraphRunsOnValues(Test& test) {
  Client11 client(test);
  if (!Offers(client) || client.session().model() == nullptr) return;
  const std::string& model = client.session().model()->bytes;
  for (onnxGraph graph :
       {client.session().NewGraph(model), client.NewGraph(model)}) {
    CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
    client.RunsProbe(graph, "the first time");
    client.RunsProbe(graph, "again");
  }
}

// Several inputs in any order, outputs in that of the model.
std::string TwoByTwo() {
  return ModelBuilder(8, 13)
      .Input("a", kFloat, {2})
      .Input("b", kFloat, {3})
      .Output("q", kFloat, {3})
      .Output("p", kFloat, {2})
      .Node("Identity", {"a"}, {"p"})
      .Node("Identity", {"b"}, {"q"})
      .Build();
}

void NamesNotPlaces(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  if (!client.Takes(TwoByTwo())) {
    client.Unsupported("the backend has no Identity");
    return;
  }
  onnxGraph graph = client.NewGraph(TwoByTwo());
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const auto a = [] { return FloatValue("a", {2}, {1, 2}); };
  const auto b = [] { return FloatValue("b", {3}, {3, 4, 5}); };
  const auto wanted =
      ListOf(FloatValue("q", {3}, {3, 4, 5}), FloatValue("p", {2}, {1, 2}));
  client.RunsTo(graph, ListOf(a(), b()), wanted, "inputs in model order");
  client.RunsTo(graph, ListOf(b(), a()), wanted, "inputs in another order");
  const auto expect = [&](onnxStatus status, std::vector<HostValue> inputs,
                          const char* what) {
    Outputs outputs;
    CERTIFY_STATUS(test, client.Run(graph, inputs, &outputs), status, what);
    CERTIFY_CHECK(test, outputs.calls == 0, "an output comes: ", what);
  };
  expect(ONNXIFI_STATUS_UNIDENTIFIED_NAME, ListOf(a()), "b is missing");
  expect(ONNXIFI_STATUS_UNIDENTIFIED_NAME, {}, "no inputs");
  expect(ONNXIFI_STATUS_INVALID_NAME, ListOf(a(), a()), "a is there twice");
  expect(ONNXIFI_STATUS_INVALID_NAME, ListOf(a(), b(), a()),
         "a is there twice");
  expect(ONNXIFI_STATUS_INVALID_NAME,
         ListOf(a(), FloatValue("c", {3}, {3, 4, 5})), "c is no input");
  expect(ONNXIFI_STATUS_INVALID_NAME,
         ListOf(a(), FloatValue("", {3}, {3, 4, 5})), "an empty name");
  expect(ONNXIFI_STATUS_INVALID_NAME,
         ListOf(a(), FloatValue("p", {3}, {3, 4, 5})), "p is an output");
  expect(ONNXIFI_STATUS_MISMATCHING_SHAPE,
         ListOf(a(), FloatValue("b", {2}, {3, 4})), "b of 2 elements");
  expect(ONNXIFI_STATUS_MISMATCHING_SHAPE,
         ListOf(a(), FloatValue("b", {1, 3}, {3, 4, 5})), "b of rank 2");
  expect(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
         ListOf(a(), IntValue("b", {3}, {3, 4, 5})), "b of int64");
  expect(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
         ListOf(a(), SequenceValue("b", {})), "b is a sequence");
  client.RunsTo(graph, ListOf(b(), a()), wanted, "after refused calls");
}

// Runs on values do not see the binding, and leave it as it is.
void TheBindingIsAnotherMatter(Test& test) {
  Client11 client(test);
  if (!Offers(client) || client.session().model() == nullptr) return;
  const ProbeModel& model = *client.session().model();
  onnxGraph graph = client.NewGraph(model.bytes);
  ProbeTensors tensors({2, 3}, 10);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  client.RunsProbe(graph, "without a binding");
  onnxEvent gate = client.session().NewSignalledEvent();
  const onnxMemoryFenceV1 from = EventFence(gate);
  onnxMemoryFenceV1 to = EventFence(nullptr);
  CERTIFY_STATUS(test, test.plugin().onnxRunGraph(graph, &from, &to),
                 ONNXIFI_STATUS_UNIDENTIFIED_NAME, "runValues made no binding");
  CERTIFY_REQUIRE(test, client.session().Bind(graph, tensors), "no binding");
  client.RunsProbe(graph, "beside a binding");
  CERTIFY_CHECK(test, tensors.untouched(), "runValues wrote bound memory");
  Outputs outputs;
  CERTIFY_CHECK(test,
                client.Run(graph, std::span<const onnxValue>(), &outputs) !=
                    ONNXIFI_STATUS_SUCCESS,
                "a run without inputs");
  CERTIFY_REQUIRE(test, client.session().Run(graph), "no run");
  CERTIFY_CHECK(test, tensors.Wrong(model).empty(), tensors.Wrong(model));
}

// The client's structures and memory: later versions, any alignment, reused.
void MemoryOfTheClient(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  if (!client.Takes(TwoByTwo())) {
    client.Unsupported("the backend has no Identity");
    return;
  }
  onnxGraph graph = client.NewGraph(TwoByTwo());
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const auto values =
      ListOf(FloatValue("a", {2}, {1, 2}), FloatValue("b", {3}, {3, 4, 5}));
  const client::AbiValues abi(values);
  // Structures of a later version in an array.
  const Later<onnxValue> later[] = {Later<onnxValue>(abi.first()[0]),
                                    Later<onnxValue>(abi.first()[1])};
  Outputs outputs;
  auto arguments =
      Client11::RunArguments(graph, {&later[0].known, 2}, &outputs);
  CERTIFY_STATUS(test, client.table().runValues(&arguments),
                 ONNXIFI_STATUS_SUCCESS,
                 "inputs of a later version: ", client.LastError());
  CERTIFY_CHECK(test, outputs.calls == 2 && outputs.problem.empty(),
                outputs.problem);
  // Elements at every address.
  for (size_t shift = 1; shift < 8; ++shift) {
    Result<GuardedBuffer> odd = GuardedBuffer::Make(8 + shift);
    CERTIFY_REQUIRE(test, odd.ok(), odd.status().message());
    std::byte* const at = odd.value().bytes().data();
    std::memcpy(at, values[0].tensor.bytes().data(), 8);
    onnxValue inputs[] = {abi.first()[0], abi.first()[1]};
    inputs[0].data = at;
    Outputs got;
    CERTIFY_STATUS(test, client.Run(graph, inputs, &got),
                   ONNXIFI_STATUS_SUCCESS, "elements at an odd address");
    CERTIFY_CHECK(test,
                  got.values.size() == 2 &&
                      std::memcmp(got.values[1].tensor.bytes().data(),
                                  values[0].tensor.bytes().data(), 8) == 0,
                  "wrong elements from an odd address");
  }
}

// Inputs may lie where nobody may write, and are not read behind their end.
void InputsAreOnlyRead(Test& test) {
  Client11 client(test);
  if (!Offers(client) || client.session().model() == nullptr) return;
  onnxGraph graph = client.NewGraph(client.session().model()->bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  for (const auto guard :
       {GuardedBuffer::Guard::kBehind, GuardedBuffer::Guard::kInFront}) {
    Result<GuardedBuffer> memory = GuardedBuffer::Make(24, guard);
    CERTIFY_REQUIRE(test, memory.ok(), memory.status().message());
    const std::vector<float> x = {1, 2, 3, 4, 5, 6};
    std::memcpy(memory.value().bytes().data(), x.data(), 24);
    CERTIFY_CHECK(test, memory.value().MakeReadOnly().ok(), "mprotect");
    const auto values = ListOf(FloatValue("x", {2, 3}, x));
    onnxValue input = client::AbiValues(values).first()[0];
    const uint64_t shape[] = {2, 3};
    input.name = "x";
    input.shape = shape;
    input.data = memory.value().bytes().data();
    Outputs outputs;
    CERTIFY_STATUS(test, client.Run(graph, {&input, 1}, &outputs),
                   ONNXIFI_STATUS_SUCCESS, client.LastError());
    CERTIFY_CHECK(test, outputs.calls == 1, outputs.calls, " outputs");
  }
}

// A receiver that ends the call ends it with its own status.
void TheReceiverEndsTheCall(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  if (!client.Takes(TwoByTwo())) {
    client.Unsupported("the backend has no Identity");
    return;
  }
  onnxGraph graph = client.NewGraph(TwoByTwo());
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const auto inputs =
      ListOf(FloatValue("a", {2}, {1, 2}), FloatValue("b", {3}, {3, 4, 5}));
  for (const onnxStatus answer :
       {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
        ONNXIFI_STATUS_INTERNAL_ERROR, ONNXIFI_STATUS_INVALID_STATE}) {
    Outputs outputs;
    outputs.answer = answer;
    CERTIFY_STATUS(test, client.Run(graph, inputs, &outputs), answer,
                   "what `receive` returned");
    CERTIFY_CHECK(test, outputs.calls == 1, "`receive` was called ",
                  outputs.calls, " times, although it ended the call");
  }
  Outputs outputs;
  CERTIFY_STATUS(test, client.Run(graph, inputs, &outputs),
                 ONNXIFI_STATUS_SUCCESS, "after calls that were ended");
  CERTIFY_CHECK(test, outputs.calls == 2, outputs.calls, " outputs");
}

// Inside `receive` a client may use the library, and release the graph.
struct Inside {
  Client11* client = nullptr;
  onnxGraph graph = nullptr;
  onnxStatus ran = ONNXIFI_STATUS_INTERNAL_ERROR;
  onnxStatus released = ONNXIFI_STATUS_INTERNAL_ERROR;
  std::string after;  // the output, looked at after the release

  static onnxStatus ONNXIFI_ABI Take(void* context, uint32_t,
                                     const onnxValue* value) {
    auto& self = *static_cast<Inside*>(context);
    Outputs outputs;
    const auto x = ListOf(FloatValue("x", {2, 3}, {1, 2, 3, 4, 5, 6}));
    self.ran = self.client->Run(self.graph, x, &outputs);
    self.released = self.client->plugin().onnxReleaseGraph(self.graph);
    self.after.assign(static_cast<const char*>(value->data), value->dataSize);
    return ONNXIFI_STATUS_SUCCESS;
  }
};

void TheReceiverMayReleaseTheGraph(Test& test) {
  Client11 client(test);
  if (!Offers(client) || client.session().model() == nullptr) return;
  const ProbeModel& model = *client.session().model();
  Inside inside;
  inside.client = &client;
  const onnxInitGraphArguments init =
      client.InitArguments(model.bytes, &inside.graph);
  CERTIFY_REQUIRE(test, Done(client.table().initGraph(&init)),
                  client.LastError());
  const std::vector<float> x = {1, 2, 3, 4, 5, 6};
  const auto values = ListOf(FloatValue("x", {2, 3}, x));
  const client::AbiValues abi(values);
  auto arguments =
      Client11::RunArguments(inside.graph, {abi.first(), 1}, nullptr);
  arguments.receive = &Inside::Take;
  arguments.receiveContext = &inside;
  CERTIFY_STATUS(test, client.table().runValues(&arguments),
                 ONNXIFI_STATUS_SUCCESS, "the graph is released in `receive`");
  CERTIFY_STATUS(test, inside.ran, ONNXIFI_STATUS_SUCCESS,
                 "a run inside `receive`");
  CERTIFY_STATUS(test, inside.released, ONNXIFI_STATUS_SUCCESS,
                 "the release inside `receive`");
  std::vector<float> y(6);
  CERTIFY_REQUIRE(test, inside.after.size() == 24, "an output of ",
                  inside.after.size(), " bytes");
  std::memcpy(y.data(), inside.after.data(), 24);
  for (size_t i = 0; i < 6; ++i) {
    CERTIFY_CHECK(test, y[i] == model.result(x[i]),
                  "the output was gone with the graph: element ", i, " is ",
                  y[i]);
  }
  CERTIFY_STATUS(test, client.table().runValues(&arguments),
                 ONNXIFI_STATUS_INVALID_GRAPH, "the graph was released");
}

// A release on another thread waits for the call.
struct SlowReceiver {
  std::mutex mutex;
  std::condition_variable changed;
  bool receiving = false;
  bool go_on = false;
  std::atomic<bool> released{false};
  bool too_early = false;

  static onnxStatus ONNXIFI_ABI Take(void* context, uint32_t,
                                     const onnxValue* value) {
    auto& self = *static_cast<SlowReceiver*>(context);
    std::unique_lock<std::mutex> lock(self.mutex);
    self.receiving = true;
    self.changed.notify_all();
    // Time for a release that does not wait.
    self.changed.wait_for(lock, std::chrono::milliseconds(60),
                          [&] { return self.go_on; });
    self.too_early = self.released;
    return value->dataSize == 24 ? ONNXIFI_STATUS_SUCCESS
                                 : ONNXIFI_STATUS_INTERNAL_ERROR;
  }
};

void ReleaseWaitsForTheCall(Test& test) {
  Client11 client(test);
  if (!Offers(client) || client.session().model() == nullptr) return;
  if ((client.session().InfoNumber(ONNXIFI_BACKEND_CAPABILITIES, 0) &
       ONNXIFI_CAPABILITY_THREAD_SAFE) == 0) {
    client.Unsupported("the backend is not THREAD_SAFE");
    return;
  }
  onnxGraph graph = nullptr;
  const onnxInitGraphArguments init =
      client.InitArguments(client.session().model()->bytes, &graph);
  CERTIFY_REQUIRE(test, Done(client.table().initGraph(&init)),
                  client.LastError());
  const auto values = ListOf(FloatValue("x", {2, 3}, {1, 2, 3, 4, 5, 6}));
  const client::AbiValues abi(values);
  SlowReceiver receiver;
  auto arguments = Client11::RunArguments(graph, {abi.first(), 1}, nullptr);
  arguments.receive = &SlowReceiver::Take;
  arguments.receiveContext = &receiver;
  onnxStatus ran = ONNXIFI_STATUS_INTERNAL_ERROR;
  std::thread runner([&] { ran = client.table().runValues(&arguments); });
  {
    std::unique_lock<std::mutex> lock(receiver.mutex);
    receiver.changed.wait_for(lock, std::chrono::seconds(20),
                              [&] { return receiver.receiving; });
  }
  const onnxStatus released = test.plugin().onnxReleaseGraph(graph);
  receiver.released = true;
  runner.join();
  CERTIFY_CHECK(test, ran == ONNXIFI_STATUS_SUCCESS,
                "runValues: ", StatusText(ran));
  CERTIFY_CHECK(test, released == ONNXIFI_STATUS_SUCCESS,
                "onnxReleaseGraph: ", StatusText(released));
  CERTIFY_CHECK(test, !receiver.too_early,
                "onnxReleaseGraph came back during a call of runValues");
}

}  // namespace

void AddValuesTests(TestList* list) {
  const std::string at = "interface/values/";
  list->Add(at + "every_kind", {"R-ext-9", "R-ext-11", "R-ext-14"}, &EveryKind);
  list->Add(at + "every_number_type", {"R-ext-9"}, &EveryNumberType);
  list->Add(at + "core_refuses_such_models", {"R-ext-10"},
            &CoreFunctionsRefuseSuchModels);
  list->Add(at + "descriptors_are_refused", {"R-ext-12"},
            &DescriptorsAreRefused);
  list->Add(at + "deep_types", {"R-ext-5"}, &DeepTypes);
  list->Add(at + "every_graph", {"R-ext-15"}, &EveryGraphRunsOnValues);
  list->Add(at + "names_not_places", {"R-ext-13", "R-ext-14", "R-ext-19"},
            &NamesNotPlaces);
  list->Add(at + "binding_is_another_matter", {"R-ext-16"},
            &TheBindingIsAnotherMatter);
  list->Add(at + "memory_of_the_client", {"R-ext-7", "R-ext-3"},
            &MemoryOfTheClient);
  list->Add(at + "inputs_are_only_read", {"R-217"}, &InputsAreOnlyRead);
  list->Add(at + "receiver_ends_the_call", {"R-ext-19", "R-ext-20"},
            &TheReceiverEndsTheCall);
  list->Add(at + "receiver_may_release_the_graph", {"R-ext-18"},
            &TheReceiverMayReleaseTheGraph);
  list->Add(at + "release_waits_for_the_call", {"R-ext-18"},
            &ReleaseWaitsForTheCall);
}

}  // namespace onnxifi::conformance
