// Interface 1.1: values that are refused, and outputs in the client's memory.
#include <functional>
#include <limits>
#include <random>

#include "base/model_builder.h"
#include "client/abi_value.h"
#include "conformance/interface/client_1_1.h"
#include "conformance/interface/value_models.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using client::HostValue;
using wire::kFloat;
using V = onnxValue;

bool Offers(Client11& client) {
  return client.Offers(client.table().checkModel, "checkModel") &&
         client.Offers(client.table().initGraph, "initGraph") &&
         client.Offers(client.table().runValues, "runValues");
}

// A graph with one input x, and a value that it takes. Each case spoils the
// value in one way.
class BadValues {
 public:
  BadValues(Test& test, const std::string& model, std::vector<HostValue> good)
      : test_(test), client_(test), good_(std::move(good)), abi_(good_) {
    if (!Offers(client_)) return;
    if (!client_.Takes(model)) {
      client_.Unsupported("the backend does not take the model");
      return;
    }
    graph_ = client_.NewGraph(model);
    ready_ = graph_ != nullptr && RunsWell("before");
  }
  bool ready() const { return ready_; }
  void Expect(const char* what, onnxStatus wanted,
              const std::function<void(V&)>& spoil) {
    V value = abi_.first()[0];
    spoil(value);
    Outputs outputs;
    CERTIFY_STATUS(test_, client_.Run(graph_, {&value, 1}, &outputs), wanted,
                   what);
    CERTIFY_CHECK(test_, outputs.calls == 0, "an output comes: ", what);
  }
  // The same for an element of the value.
  void ExpectElement(const char* what, onnxStatus wanted, size_t index,
                     const std::function<void(V&)>& spoil) {
    Expect(what, wanted, [&](V& value) {
      elements_.assign(value.elements, value.elements + value.elementCount);
      spoil(elements_[index]);
      value.elements = elements_.data();
    });
  }
  bool RunsWell(const char* when) {
    Outputs outputs;
    const onnxStatus status = client_.Run(graph_, {abi_.first(), 1}, &outputs);
    CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS, "a good value ",
                  when, " bad ones: ", StatusText(status), ": ",
                  client_.LastError());
    return status == ONNXIFI_STATUS_SUCCESS;
  }
  Client11& client() { return client_; }
  onnxGraph graph() const { return graph_; }
  const V& good() const { return abi_.first()[0]; }

 private:
  Test& test_;
  Client11 client_;
  std::vector<HostValue> good_;
  client::AbiValues abi_;
  std::vector<V> elements_;
  onnxGraph graph_ = nullptr;
  bool ready_ = false;
};

std::string FloatModel() {
  return IdentityModel(wire::TensorType(kFloat, {2}), 8, 13);
}

void Tensors(Test& test) {
  BadValues bad(test, FloatModel(), ListOf(FloatValue("x", {2}, {1, 2})));
  if (!bad.ready()) return;
  static const uint64_t kHuge[] = {uint64_t{1} << 63};
  static const uint64_t kProduct[] = {uint64_t{1} << 40, uint64_t{1} << 40};
  static const uint64_t kMany[65] = {};
  static const uint64_t kTurned[] = {1, 2};
  static const uint64_t kThree[] = {3};
  constexpr onnxStatus kSize = ONNXIFI_STATUS_INVALID_SIZE;
  constexpr onnxStatus kType = ONNXIFI_STATUS_INVALID_DATATYPE;
  constexpr onnxStatus kMismatch = ONNXIFI_STATUS_MISMATCHING_DATATYPE;
  bad.Expect("structSize is 0", kSize, [](V& v) { v.structSize = 0; });
  bad.Expect("structSize is 1 too small", kSize,
             [](V& v) { v.structSize = sizeof(V) - 1; });
  bad.Expect("kind 0", kType, [](V& v) { v.kind = 0; });
  bad.Expect("an unknown kind", kType, [](V& v) { v.kind = 0x10000; });
  bad.Expect("data type 0", kType, [](V& v) { v.dataType = 0; });
  bad.Expect("an unknown data type", kType, [](V& v) { v.dataType = 0x10000; });
  bad.Expect("another data type of the same size", kMismatch,
             [](V& v) { v.dataType = wire::kInt32; });
  bad.Expect("shape == NULL", ONNXIFI_STATUS_INVALID_SHAPE,
             [](V& v) { v.shape = nullptr; });
  bad.Expect("a dimension of 2^63", ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
             [](V& v) { v.shape = kHuge; });
  bad.Expect("more elements than 64 bits count",
             ONNXIFI_STATUS_UNSUPPORTED_SHAPE, [](V& v) {
               v.dimensions = 2;
               v.shape = kProduct;
             });
  bad.Expect("rank 65", ONNXIFI_STATUS_UNSUPPORTED_SHAPE, [](V& v) {
    v.dimensions = 65;
    v.shape = kMany;
  });
  bad.Expect("another rank", ONNXIFI_STATUS_MISMATCHING_SHAPE, [](V& v) {
    v.dimensions = 2;
    v.shape = kTurned;
  });
  bad.Expect("fewer bytes than the shape needs", kSize,
             [](V& v) { v.shape = kThree; });
  bad.Expect("dataSize is 0", kSize, [](V& v) { v.dataSize = 0; });
  bad.Expect("a byte too much", kSize, [](V& v) { ++v.dataSize; });
  bad.Expect("a byte too few", kSize, [](V& v) { --v.dataSize; });
  bad.Expect("data == NULL", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
             [](V& v) { v.data = nullptr; });
  bad.Expect("a tensor with elements", kSize, [](V& v) { v.elementCount = 1; });
  bad.Expect("a tensor with an array of elements", kSize,
             [](V& v) { v.elements = &v; });
  bad.Expect("name == NULL", ONNXIFI_STATUS_INVALID_NAME,
             [](V& v) { v.name = nullptr; });
  bad.Expect("a sequence", kMismatch, [](V& v) {
    v = {sizeof(V), ONNXIFI_VALUE_KIND_SEQUENCE,
         "x",       0,
         0,         nullptr,
         nullptr,   0,
         0,         nullptr};
  });
  bad.RunsWell("after");
}

void Strings(Test& test) {
  BadValues bad(test, StringModel(),
                ListOf(StringValue("x", {4}, {"a", "", "c", "d"})));
  if (!bad.ready()) return;
  static const onnxStringView kNull[] = {
      {"a", 1}, {nullptr, 0}, {nullptr, 2}, {"b", 1}};
  bad.Expect("data == NULL", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
             [](V& v) { v.data = nullptr; });
  bad.Expect("a string without data", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
             [](V& v) { v.data = kNull; });
  bad.Expect("dataSize is the number of strings", ONNXIFI_STATUS_INVALID_SIZE,
             [](V& v) { v.dataSize = 4; });
  bad.Expect("floats", ONNXIFI_STATUS_MISMATCHING_DATATYPE, [](V& v) {
    v.dataType = kFloat;
    v.dataSize = 16;
  });
  // Empty strings have no address.
  static const onnxStringView kEmpty[] = {
      {nullptr, 0}, {nullptr, 0}, {"a", 1}, {nullptr, 0}};
  V value = bad.good();
  value.data = kEmpty;
  Outputs outputs;
  CERTIFY_STATUS(test, bad.client().Run(bad.graph(), {&value, 1}, &outputs),
                 ONNXIFI_STATUS_SUCCESS, "empty strings whose data is NULL");
  bad.RunsWell("after");
}

void Sequences(Test& test) {
  BadValues bad(
      test, SequenceModel(),
      ListOf(SequenceValue("x", ListOf(FloatValue("", {2}, {1, 2}),
                                       FloatValue("", {2}, {3, 4})))));
  if (!bad.ready()) return;
  static const uint64_t kShape[] = {2};
  constexpr onnxStatus kSize = ONNXIFI_STATUS_INVALID_SIZE;
  constexpr onnxStatus kMismatch = ONNXIFI_STATUS_MISMATCHING_DATATYPE;
  bad.Expect("elements == NULL", ONNXIFI_STATUS_INVALID_POINTER,
             [](V& v) { v.elements = nullptr; });
  bad.Expect("elements that are not aligned", ONNXIFI_STATUS_INVALID_POINTER,
             [](V& v) {
               v.elements = reinterpret_cast<const V*>(
                   reinterpret_cast<const char*>(v.elements) + 1);
             });
  bad.Expect("2^60 elements", ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
             [](V& v) { v.elementCount = size_t{1} << 60; });
  bad.Expect("a sequence with a data type", kSize,
             [](V& v) { v.dataType = kFloat; });
  bad.Expect("a sequence with a rank", kSize, [](V& v) { v.dimensions = 1; });
  bad.Expect("a sequence with a shape", kSize, [](V& v) { v.shape = kShape; });
  bad.Expect("a sequence with data", kSize, [](V& v) { v.data = kShape; });
  bad.Expect("a sequence with bytes", kSize, [](V& v) { v.dataSize = 4; });
  bad.Expect("an optional", kMismatch, [](V& v) {
    v.kind = ONNXIFI_VALUE_KIND_OPTIONAL;
    v.elementCount = 0;
    v.elements = nullptr;
  });
  for (const size_t i : {size_t{0}, size_t{1}}) {
    bad.ExpectElement("an element of another type", kMismatch, i,
                      [](V& v) { v.dataType = wire::kInt32; });
    bad.ExpectElement("an element that is no tensor", kMismatch, i, [](V& v) {
      v = {sizeof(V), ONNXIFI_VALUE_KIND_SEQUENCE,
           nullptr,   0,
           0,         nullptr,
           nullptr,   0,
           0,         nullptr};
    });
    bad.ExpectElement("an element with a byte too much", kSize, i,
                      [](V& v) { ++v.dataSize; });
    bad.ExpectElement("an element without data",
                      ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, i,
                      [](V& v) { v.data = nullptr; });
  }
  bad.ExpectElement("elements of different structSize", kSize, 1,
                    [](V& v) { v.structSize += 8; });
  bad.ExpectElement("an element whose structSize is too small", kSize, 0,
                    [](V& v) { v.structSize -= 8; });
  bad.RunsWell("after");
}

void Optionals(Test& test) {
  BadValues bad(
      test, OptionalModel(),
      ListOf(OptionalValue("x", ListOf(FloatValue("", {2}, {1, 2})))));
  if (!bad.ready()) return;
  std::vector<V> two(2, bad.good().elements[0]);
  bad.Expect("an optional with two values", ONNXIFI_STATUS_INVALID_SIZE,
             [&](V& v) {
               v.elementCount = 2;
               v.elements = two.data();
             });
  bad.Expect("elements == NULL", ONNXIFI_STATUS_INVALID_POINTER,
             [](V& v) { v.elements = nullptr; });
  bad.ExpectElement("a value of another type",
                    ONNXIFI_STATUS_MISMATCHING_DATATYPE, 0,
                    [](V& v) { v.dataType = wire::kInt32; });
  bad.RunsWell("after");
}

void Maps(Test& test) {
  BadValues bad(test, CastMapModel(),
                ListOf(MapValue("x", IntValue("", {2}, {1, 2}),
                                FloatValue("", {2}, {1, 2}))));
  if (!bad.ready()) return;
  static const uint64_t kOne[] = {1};
  static const uint64_t kRow[] = {1, 2};
  bad.Expect("a map of keys alone", ONNXIFI_STATUS_INVALID_SIZE,
             [](V& v) { v.elementCount = 1; });
  bad.Expect("a map of nothing", ONNXIFI_STATUS_INVALID_SIZE, [](V& v) {
    v.elementCount = 0;
    v.elements = nullptr;
  });
  bad.ExpectElement("fewer values than keys", ONNXIFI_STATUS_INVALID_SHAPE, 1,
                    [](V& v) {
                      v.shape = kOne;
                      v.dataSize = 4;
                    });
  bad.ExpectElement("values of rank 2", ONNXIFI_STATUS_INVALID_SHAPE, 1,
                    [](V& v) {
                      v.dimensions = 2;
                      v.shape = kRow;
                    });
  bad.ExpectElement("keys of another type", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                    0, [](V& v) { v.dataType = wire::kDouble; });
  bad.ExpectElement("values of another type",
                    ONNXIFI_STATUS_MISMATCHING_DATATYPE, 1,
                    [](V& v) { v.dataType = wire::kInt32; });
  bad.RunsWell("after");
}

// Members at random in structures that are honest otherwise.
void RandomMembers(Test& test) {
  BadValues bad(
      test, SequenceModel(),
      ListOf(SequenceValue("x", ListOf(FloatValue("", {2}, {1, 2}),
                                       FloatValue("", {2}, {3, 4})))));
  if (!bad.ready()) return;
  alignas(16) static const char kData[4096] = {};
  static const uint64_t kShape[80] = {2, 1, 0, 1};
  auto& random = test.random();
  const auto number = [&](uint32_t below) {
    return static_cast<uint32_t>(random() % below);
  };
  int done = 0;
  for (int i = 0; i < 5000; ++i) {
    V elements[2] = {};
    V value = {};
    for (V* v : {&elements[0], &elements[1], &value}) {
      v->structSize = number(20) == 0 ? number(100) : sizeof(V);
      v->kind = v == &value ? 2 : number(8) == 0 ? number(6) : 1;
      v->name = number(20) == 0 ? nullptr : "x";
      if (v->kind == ONNXIFI_VALUE_KIND_TENSOR) {
        v->dataType = number(8) == 0 ? number(30) : uint32_t{kFloat};
        v->dimensions = number(8) == 0 ? number(70) : 1;
        v->shape = number(20) == 0 ? nullptr : kShape;
        v->data = number(20) == 0 ? nullptr : kData;
        v->dataSize = number(8) == 0 ? number(64) : 8;
      }
    }
    value.elementCount = number(3);
    value.elements = number(20) == 0 ? nullptr : elements;
    Outputs outputs;
    const onnxStatus status =
        bad.client().Run(bad.graph(), {&value, 1}, &outputs);
    CERTIFY_CHECK(
        test,
        status == ONNXIFI_STATUS_SUCCESS || (status & 0xff00) == 0x0100 ||
            (status & 0xff00) == 0x0200 || (status & 0xff00) == 0x0300,
        "a value of random members: ", StatusText(status));
    done += status == ONNXIFI_STATUS_SUCCESS ? 1 : 0;
  }
  test.Show("random values that were good", done);
  bad.RunsWell("after");
}

void BadArguments(Test& test) {
  BadValues bad(test, FloatModel(), ListOf(FloatValue("x", {2}, {1, 2})));
  if (!bad.ready()) return;
  Outputs outputs;
  const auto good =
      Client11::RunArguments(bad.graph(), {&bad.good(), 1}, &outputs);
  const auto expect = [&](const char* what, onnxStatus wanted, auto spoil) {
    onnxRunValuesArguments spoiled = good;
    spoil(spoiled);
    CERTIFY_STATUS(test, bad.client().table().runValues(&spoiled), wanted,
                   what);
    CERTIFY_CHECK(test, outputs.calls == 0, "an output comes: ", what);
  };
  using A = onnxRunValuesArguments;
  for (const NoHandle& none : NoHandles()) {
    expect(none.what, ONNXIFI_STATUS_INVALID_GRAPH,
           [&](A& a) { a.graph = none.value; });
    if (none.value == nullptr) continue;
    expect(none.what, ONNXIFI_STATUS_INVALID_EVENT,
           [&](A& a) { a.cancelEvent = none.value; });
  }
  Session& session = bad.client().session();
  onnxEvent event = session.NewEvent();
  expect("the graph is an event", ONNXIFI_STATUS_INVALID_GRAPH,
         [&](A& a) { a.graph = event; });
  session.DisownEvent(event);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event),
                 ONNXIFI_STATUS_SUCCESS, "an event");
  expect("the cancel event was released", ONNXIFI_STATUS_INVALID_EVENT,
         [&](A& a) { a.cancelEvent = event; });
  expect("receive == NULL", ONNXIFI_STATUS_INVALID_POINTER,
         [](A& a) { a.receive = nullptr; });
  expect("inputs == NULL", ONNXIFI_STATUS_INVALID_POINTER,
         [](A& a) { a.inputs = nullptr; });
  expect("inputs that are not aligned", ONNXIFI_STATUS_INVALID_POINTER,
         [](A& a) {
           a.inputs = reinterpret_cast<const V*>(
               reinterpret_cast<const char*>(a.inputs) + 1);
         });
  bad.RunsWell("after");
}

// A client's memory for outputs.
struct Allocator {
  std::vector<std::vector<char>> memory;
  std::string problem;
  onnxStatus answer = ONNXIFI_STATUS_SUCCESS;
  bool gives_null = false;
  pthread_t thread = ::pthread_self();

  static onnxStatus ONNXIFI_ABI Give(void* context, uint32_t index,
                                     const onnxValue* value, void** data) {
    auto& self = *static_cast<Allocator*>(context);
    if (::pthread_equal(self.thread, ::pthread_self()) == 0) {
      self.problem = "`allocate` is called on another thread";
    }
    if (index != self.memory.size()) self.problem = "outputs out of order";
    if (value->data != nullptr || value->name == nullptr ||
        value->kind != ONNXIFI_VALUE_KIND_TENSOR ||
        value->structSize < sizeof(*value)) {
      self.problem = "`allocate` gets a value that is none";
    }
    // Any address will do.
    self.memory.emplace_back(value->dataSize + 1);
    *data = self.gives_null ? nullptr : self.memory.back().data() + 1;
    return self.answer;
  }
};

void OutputsInMemoryOfTheClient(Test& test) {
  BadValues with(test, FloatModel(), ListOf(FloatValue("x", {2}, {1, 2})));
  if (!with.ready()) return;
  for (const bool asked : {true, false, true}) {
    Outputs outputs;
    Allocator allocator;
    auto run =
        Client11::RunArguments(with.graph(), {&with.good(), 1}, &outputs);
    run.allocate = asked ? &Allocator::Give : nullptr;
    run.allocateContext = &allocator;
    CERTIFY_STATUS(test, with.client().table().runValues(&run),
                   ONNXIFI_STATUS_SUCCESS, with.client().LastError());
    CERTIFY_CHECK(test, allocator.problem.empty(), allocator.problem);
    CERTIFY_CHECK(test, outputs.problem.empty(), outputs.problem);
    CERTIFY_CHECK(test, allocator.memory.size() == (asked ? 1u : 0u),
                  "`allocate` was called ", allocator.memory.size(),
                  " times for one output");
    if (!asked || allocator.memory.empty() || outputs.data.empty()) continue;
    const char* const at = allocator.memory[0].data() + 1;
    CERTIFY_CHECK(test, outputs.data[0] == at,
                  "the output is not in the memory that `allocate` gave");
    const float wanted[] = {1, 2};
    CERTIFY_CHECK(test,
                  allocator.memory[0].size() == sizeof(wanted) + 1 &&
                      std::memcmp(at, wanted, sizeof(wanted)) == 0,
                  "wrong elements in the memory of the client");
  }
}

void TheAllocatorEndsTheCall(Test& test) {
  BadValues with(test, FloatModel(), ListOf(FloatValue("x", {2}, {1, 2})));
  if (!with.ready()) return;
  const struct {
    onnxStatus answer;
    bool null;
    onnxStatus wanted;
  } kRows[] = {
      {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, false, ONNXIFI_STATUS_NO_SYSTEM_MEMORY},
      {ONNXIFI_STATUS_NO_DEVICE_MEMORY, true, ONNXIFI_STATUS_NO_DEVICE_MEMORY},
      {ONNXIFI_STATUS_INVALID_STATE, false, ONNXIFI_STATUS_INVALID_STATE}};
  for (const auto& row : kRows) {
    Outputs outputs;
    Allocator allocator;
    allocator.answer = row.answer;
    allocator.gives_null = row.null;
    auto run =
        Client11::RunArguments(with.graph(), {&with.good(), 1}, &outputs);
    run.allocate = &Allocator::Give;
    run.allocateContext = &allocator;
    CERTIFY_STATUS(test, with.client().table().runValues(&run), row.wanted,
                   "what `allocate` returned");
    CERTIFY_CHECK(test, outputs.calls == 0, "an output comes without memory");
  }
  // Memory that is none, although there are elements.
  Outputs outputs;
  Allocator allocator;
  allocator.gives_null = true;
  auto run = Client11::RunArguments(with.graph(), {&with.good(), 1}, &outputs);
  run.allocate = &Allocator::Give;
  run.allocateContext = &allocator;
  const onnxStatus status = with.client().table().runValues(&run);
  CERTIFY_CHECK(
      test, status != ONNXIFI_STATUS_SUCCESS && outputs.calls == 0,
      "`allocate` stores NULL and returns SUCCESS: ", StatusText(status));
  with.RunsWell("after");
}

// Strings and what is no tensor stay the library's.
void StringsAreNotAllocated(Test& test) {
  BadValues with(test, StringModel(),
                 ListOf(StringValue("x", {4}, {"a", "", "c", "d"})));
  if (!with.ready()) return;
  Outputs outputs;
  Allocator allocator;
  auto run = Client11::RunArguments(with.graph(), {&with.good(), 1}, &outputs);
  run.allocate = &Allocator::Give;
  run.allocateContext = &allocator;
  CERTIFY_STATUS(test, with.client().table().runValues(&run),
                 ONNXIFI_STATUS_SUCCESS, with.client().LastError());
  CERTIFY_CHECK(test, allocator.memory.empty(),
                "`allocate` was called for strings");
  CERTIFY_CHECK(test, outputs.calls == 1, outputs.calls, " outputs");
}

// Shapes that only the run knows.
void OpenShapes(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const std::string model = wire::ModelBuilder(8, 13)
                                .Input("x", kFloat, {"N"})
                                .Output("y", wire::kInt64, {1, "M"})
                                .Node("NonZero", {"x"}, {"y"})
                                .Build();
  if (!client.Takes(model)) {
    client.Unsupported("the backend has no NonZero");
    return;
  }
  onnxGraph graph = client.NewGraph(model);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  client.RunsTo(graph, ListOf(FloatValue("x", {5}, {0, 1, 0, 2, 3})),
                ListOf(IntValue("y", {1, 3}, {1, 3, 4})), "NonZero of 5");
  client.RunsTo(graph, ListOf(FloatValue("x", {2}, {0, 0})),
                ListOf(IntValue("y", {1, 0}, {})), "NonZero of zeros");
  client.RunsTo(graph, ListOf(FloatValue("x", {0}, {})),
                ListOf(IntValue("y", {1, 0}, {})), "NonZero of nothing");
  client.RunsTo(graph, ListOf(FloatValue("x", {3}, {7, 8, 9})),
                ListOf(IntValue("y", {1, 3}, {0, 1, 2})), "NonZero of 3");
  // Nothing needs no memory.
  const auto values = ListOf(FloatValue("x", {2}, {0, 0}));
  const client::AbiValues abi(values);
  Outputs outputs;
  Allocator allocator;
  allocator.gives_null = true;
  auto run = Client11::RunArguments(graph, {abi.first(), 1}, &outputs);
  run.allocate = &Allocator::Give;
  run.allocateContext = &allocator;
  CERTIFY_STATUS(test, client.table().runValues(&run), ONNXIFI_STATUS_SUCCESS,
                 "`allocate` gives NULL for an output of no bytes");
}

// One symbol has one value in a run, another one in the next.
void Symbols(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const std::string model = wire::ModelBuilder(8, 13)
                                .Input("a", kFloat, {"N"})
                                .Input("b", kFloat, {"N"})
                                .Output("p", kFloat, {"N"})
                                .Output("q", kFloat, {"N"})
                                .Node("Identity", {"a"}, {"p"})
                                .Node("Identity", {"b"}, {"q"})
                                .Build();
  if (!client.Takes(model)) {
    client.Unsupported("the backend takes no symbolic dimension");
    return;
  }
  onnxGraph graph = client.NewGraph(model);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  for (const int64_t n : {3, 1, 5, 3}) {
    const std::vector<float> x(static_cast<size_t>(n),
                               static_cast<float>(n) + 0.5f);
    client.RunsTo(graph,
                  ListOf(FloatValue("a", {n}, x), FloatValue("b", {n}, x)),
                  ListOf(FloatValue("p", {n}, x), FloatValue("q", {n}, x)),
                  "a symbolic dimension");
  }
  Outputs outputs;
  const auto mixed =
      ListOf(FloatValue("a", {2}, {1, 2}), FloatValue("b", {3}, {1, 2, 3}));
  CERTIFY_STATUS(test, client.Run(graph, mixed, &outputs),
                 ONNXIFI_STATUS_MISMATCHING_SHAPE, "N is 2 and 3");
}

}  // namespace

void AddBadValuesTests(TestList* list) {
  const std::string at = "interface/bad_values/";
  list->Add(at + "tensors", {"R-ext-6", "R-ext-8", "R-ext-13"}, &Tensors);
  list->Add(at + "strings", {"R-ext-8"}, &Strings);
  list->Add(at + "sequences", {"R-ext-6", "R-ext-7"}, &Sequences);
  list->Add(at + "optionals", {"R-ext-6"}, &Optionals);
  list->Add(at + "maps", {"R-ext-6"}, &Maps);
  list->Add(at + "random_members", {"R-ext-6", "R-ext-8"}, &RandomMembers);
  list->Add(at + "arguments", {"R-ext-19"}, &BadArguments);
  list->Add(at + "outputs_in_memory_of_the_client", {"R-ext-35"},
            &OutputsInMemoryOfTheClient);
  list->Add(at + "allocator_ends_the_call", {"R-ext-35", "R-ext-20"},
            &TheAllocatorEndsTheCall);
  list->Add(at + "strings_are_not_allocated", {"R-ext-35"},
            &StringsAreNotAllocated);
  list->profile = Profile::kDynamic;
  list->Add(at + "open_shapes", {"R-ext-14", "R-ext-35"}, &OpenShapes);
  list->Add(at + "symbols", {"R-ext-13"}, &Symbols);
}

}  // namespace onnxifi::conformance
