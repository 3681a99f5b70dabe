// Interface 1.1: options of graphs, external weights, shape profiles.
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>

#include "base/model_builder.h"
#include "client/file.h"
#include "conformance/interface/client_1_1.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using wire::kFloat;
using wire::ModelBuilder;

// A copy of what describeOptions tells.
struct Described {
  struct Option {
    std::string key, value, description;
  };
  std::vector<Option> options;
  int calls = 0;
  std::string problem;
  onnxStatus answer = ONNXIFI_STATUS_SUCCESS;
  pthread_t thread = ::pthread_self();

  static onnxStatus ONNXIFI_ABI Take(void* context, uint32_t count,
                                     const onnxOptionInfo* options) {
    auto& self = *static_cast<Described*>(context);
    ++self.calls;
    if (::pthread_equal(self.thread, ::pthread_self()) == 0) {
      self.problem = "they come on another thread than that of the call";
    }
    const auto* at = reinterpret_cast<const std::byte*>(options);
    for (uint32_t i = 0; i < count; ++i, at += options->structSize) {
      const auto& option = *reinterpret_cast<const onnxOptionInfo*>(at);
      if (option.structSize < sizeof(option) ||
          option.structSize != options->structSize) {
        self.problem = StrCat("structSize ", option.structSize);
        return self.answer;
      }
      if (option.key == nullptr || option.key[0] == '\0' ||
          option.defaultValue == nullptr || option.description == nullptr) {
        self.problem = StrCat("option ", i, " has no key, value or text");
        continue;
      }
      self.options.push_back(
          {option.key, option.defaultValue, option.description});
    }
    return self.answer;
  }
};

onnxDescribeOptionsArguments DescribeArguments(Client11& client,
                                               Described* described) {
  auto arguments = New<onnxDescribeOptionsArguments>();
  arguments.backendID = client.id();
  arguments.receive = &Described::Take;
  arguments.receiveContext = described;
  return arguments;
}

void OptionsAreDescribed(Test& test) {
  Client11 client(test);
  const onnxDescribeOptionsCall describe = client.table().describeOptions;
  if (!client.Offers(describe, "describeOptions")) return;
  Described described;
  const auto good = DescribeArguments(client, &described);
  CERTIFY_STATUS(test, describe(&good), ONNXIFI_STATUS_SUCCESS,
                 client.LastError());
  CERTIFY_CHECK(test, described.calls == 1, "`receive` was called ",
                described.calls, " times");
  CERTIFY_CHECK(test, described.problem.empty(), described.problem);
  for (size_t i = 0; i < described.options.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      CERTIFY_CHECK(test, described.options[i].key != described.options[k].key,
                    "option '", described.options[i].key, "' is there twice");
    }
  }
  // What the receiver answers is the status of the call.
  for (const onnxStatus answer :
       {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_INVALID_STATE}) {
    described = {};
    described.answer = answer;
    CERTIFY_STATUS(test, describe(&good), answer, "what `receive` returned");
    CERTIFY_CHECK(test, described.calls == 1, described.calls, " calls");
  }
}

void DescribeRefusesBadArguments(Test& test) {
  Client11 client(test);
  const onnxDescribeOptionsCall describe = client.table().describeOptions;
  if (!client.Offers(describe, "describeOptions")) return;
  Described described;
  const auto good = DescribeArguments(client, &described);
  for (const NoHandle& none : NoHandles()) {
    auto bad = good;
    bad.backendID = none.value;
    CERTIFY_STATUS(test, describe(&bad), ONNXIFI_STATUS_INVALID_ID,
                   "backendID is ", none.what);
  }
  auto bad = good;
  bad.receive = nullptr;
  CERTIFY_STATUS(test, describe(&bad), ONNXIFI_STATUS_INVALID_POINTER,
                 "receive == NULL");
  CERTIFY_CHECK(test, described.calls == 0, "`receive` was called");
}

// Status of initGraph with these options; what it makes is released.
onnxStatus InitWith(Test& test, Client11& client,
                    const std::vector<onnxOption>& options) {
  onnxGraph graph = &graph;
  onnxInitGraphArguments arguments =
      client.InitArguments(client.session().model()->bytes, &graph);
  arguments.options = options.data();
  arguments.optionsCount = static_cast<uint32_t>(options.size());
  const onnxStatus status = client.table().initGraph(&arguments);
  CERTIFY_CHECK(test, Done(status) == (graph != nullptr), "initGraph returns ",
                StatusText(status), " and *graph is ",
                graph == nullptr ? "NULL" : "not NULL");
  if (!Done(status) || graph == nullptr) return status;
  if (client.table().runValues != nullptr) {
    client.RunsProbe(graph, "a graph with options");
  }
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                 ONNXIFI_STATUS_SUCCESS, "a graph with options");
  return ONNXIFI_STATUS_SUCCESS;
}

void OptionsWork(Test& test) {
  Client11 client(test);
  if (!client.Offers(client.table().initGraph, "initGraph") ||
      client.session().model() == nullptr) {
    return;
  }
  CERTIFY_STATUS(test, InitWith(test, client, {}), ONNXIFI_STATUS_SUCCESS,
                 "no options");
  for (const char* key : {"", "org.onnxifi.no.such.option", "\xff\xfe"}) {
    CERTIFY_STATUS(test, InitWith(test, client, {{key, "1"}}),
                   ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
                   "an option that nobody knows: '", key, "'");
  }
  CERTIFY_STATUS(test, InitWith(test, client, {{nullptr, "1"}}),
                 ONNXIFI_STATUS_INVALID_POINTER, "a key that is NULL");
  if (client.table().describeOptions == nullptr) return;
  Described described;
  const auto ask = DescribeArguments(client, &described);
  CERTIFY_STATUS(test, client.table().describeOptions(&ask),
                 ONNXIFI_STATUS_SUCCESS, client.LastError());
  std::vector<onnxOption> all;
  for (const Described::Option& option : described.options) {
    const char* const key = option.key.c_str();
    const char* const value = option.value.c_str();
    const char* const absurd = "\x01 no value of this option \x02";
    all.push_back({key, value});
    CERTIFY_STATUS(test, InitWith(test, client, {{key, value}}),
                   ONNXIFI_STATUS_SUCCESS, "option '", key,
                   "' with its default '", value, "': ", client.LastError());
    CERTIFY_STATUS(test, InitWith(test, client, {{key, nullptr}}),
                   ONNXIFI_STATUS_INVALID_POINTER, "option '", key,
                   "' with a value that is NULL");
    const onnxStatus status = InitWith(test, client, {{key, absurd}});
    CERTIFY_CHECK(test,
                  status == ONNXIFI_STATUS_INVALID_PROPERTY ||
                      status == ONNXIFI_STATUS_SUCCESS,
                  "option '", key,
                  "' with an absurd value: ", StatusText(status));
    CERTIFY_STATUS(test, InitWith(test, client, {{key, value}, {key, absurd}}),
                   status, "the later of two with the key '", key, "' counts");
    const std::string wrong_case = "\x01" + option.key;
    CERTIFY_STATUS(test, InitWith(test, client, {{wrong_case.c_str(), value}}),
                   ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
                   "a key that only ends like '", key, "'");
  }
  CERTIFY_STATUS(test, InitWith(test, client, all), ONNXIFI_STATUS_SUCCESS,
                 "all options with their defaults: ", client.LastError());
}

// "v" is the weight, "y" is made from "x"; where the weight is, is open.
ModelBuilder Weighted() {
  return ModelBuilder(8, 13)
      .Input("x", kFloat, {2, 3})
      .Output("y", kFloat, {2, 3})
      .Output("v", kFloat, {2, 3})
      .Node("Identity", {"x"}, {"y"})
      .Node("Identity", {"w"}, {"v"});
}

const std::vector<float>& TheWeight() {
  static const std::vector<float>& weight =
      *new std::vector<float>{1, 2, 3, 4, 5, 6};
  return weight;
}

// A client that makes graphs of Weighted() whose weight is elsewhere.
class External {
 public:
  explicit External(Test& test) : test_(test), client_(test) {
    if (!client_.Offers(client_.table().initGraph, "initGraph") ||
        !client_.Offers(client_.table().checkModel, "checkModel") ||
        !client_.Offers(client_.table().runValues, "runValues")) {
      return;
    }
    const std::string inside = Weighted()
                                   .Initializer(wire::TensorOf<float>(
                                       "w", kFloat, {2, 3}, TheWeight()))
                                   .Build();
    ready_ = client_.Takes(inside);
    if (!ready_) client_.Unsupported("the backend has no Identity of weights");
  }
  bool ready() const { return ready_; }

  static std::string Model(const std::string& location) {
    return Weighted()
        .Initializer(wire::ExternalTensor("w", kFloat, {2, 3}, location))
        .Build();
  }
  onnxStatus Init(const std::string& model, const onnxTensorDescriptorV1* by,
                  const char* directory, onnxGraph* graph) {
    *graph = graph;
    onnxInitGraphArguments arguments = client_.InitArguments(model, graph);
    arguments.weightsCount = by == nullptr ? 0 : 1;
    arguments.weightDescriptors = by;
    arguments.externalDataDirectory = directory;
    const onnxStatus status = client_.table().initGraph(&arguments);
    CERTIFY_CHECK(test_, Done(status) == (*graph != nullptr),
                  "initGraph returns ", StatusText(status), " and *graph is ",
                  *graph == nullptr ? "NULL" : "not NULL");
    return status;
  }
  void ExpectRight(onnxGraph graph, const char* what) {
    const std::vector<float> x = {6, 5, 4, 3, 2, 1};
    client_.RunsTo(graph, ListOf(FloatValue("x", {2, 3}, x)),
                   ListOf(FloatValue("y", {2, 3}, x),
                          FloatValue("v", {2, 3}, TheWeight())),
                   what);
    CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, what);
  }
  void ExpectRefused(const std::string& model, const onnxTensorDescriptorV1* by,
                     const char* directory, onnxStatus wanted,
                     const char* what) {
    onnxGraph graph = nullptr;
    const onnxStatus status = Init(model, by, directory, &graph);
    CERTIFY_CHECK(
        test_,
        wanted == ONNXIFI_STATUS_SUCCESS ? !Done(status) : status == wanted,
        "initGraph returns ", StatusText(status), ": ", what);
    if (Done(status)) client_.session().OwnGraph(graph);
  }
  Client11& client() { return client_; }

 private:
  Test& test_;
  Client11 client_;
  bool ready_ = false;
};

void ExternalDataByDescriptors(Test& test) {
  External external(test);
  if (!external.ready()) return;
  const std::string model = External::Model("weights.bin");
  std::vector<float> weight = TheWeight();
  const uint64_t shape[] = {2, 3};
  const uint64_t turned[] = {3, 2};
  const onnxTensorDescriptorV1 good =
      Describe("w", ONNXIFI_DATATYPE_FLOAT32, shape, weight.data());
  onnxGraph graph = nullptr;
  const onnxStatus status = external.Init(model, &good, nullptr, &graph);
  CERTIFY_REQUIRE(test, Done(status),
                  "external data as a descriptor: ", StatusText(status), ": ",
                  external.client().LastError());
  std::fill(weight.begin(), weight.end(), -1.f);  // it was copied
  external.ExpectRight(graph, "external data as a descriptor");
  weight = TheWeight();
  external.ExpectRefused(model, nullptr, nullptr, ONNXIFI_STATUS_SUCCESS,
                         "external data is nowhere");
  const auto expect = [&](const char* what, onnxStatus wanted, auto spoil) {
    onnxTensorDescriptorV1 bad = good;
    spoil(bad);
    external.ExpectRefused(model, &bad, nullptr, wanted, what);
  };
  using D = onnxTensorDescriptorV1;
  expect("a weight of another shape", ONNXIFI_STATUS_MISMATCHING_SHAPE,
         [&](D& d) { d.shape = turned; });
  expect("a weight of another type", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
         [](D& d) { d.dataType = ONNXIFI_DATATYPE_INT32; });
  expect("a weight at 0", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
         [](D& d) { d.buffer = 0; });
  expect("a wrong tag", ONNXIFI_STATUS_UNSUPPORTED_TAG,
         [](D& d) { d.tag = 1; });
  expect("a weight without a name", ONNXIFI_STATUS_INVALID_NAME,
         [](D& d) { d.name = nullptr; });
  expect("a weight that is none", ONNXIFI_STATUS_SUCCESS,
         [](D& d) { d.name = "nobody"; });
  expect("an unknown memory type", ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
         [](D& d) { d.memoryType = onnxEnum{1} << 40; });
}

// A folder that is gone at the end, with the weight in it.
class WeightFolder {
 public:
  WeightFolder() {
    char name[] = "/tmp/onnxifi-certify-XXXXXX";
    if (::mkdtemp(name) == nullptr) return;
    path_ = name;
    Write("weights.bin", TheWeight().size() * sizeof(float));
    Write("short.bin", TheWeight().size() * sizeof(float) - 1);
  }
  ~WeightFolder() {
    for (const char* file : {"/weights.bin", "/short.bin"}) {
      if (!path_.empty()) ::unlink((path_ + file).c_str());
    }
    if (!path_.empty()) ::rmdir(path_.c_str());
  }
  WeightFolder(const WeightFolder&) = delete;
  WeightFolder& operator=(const WeightFolder&) = delete;

  bool ready() const { return ready_ && !path_.empty(); }
  const std::string& path() const { return path_; }

 private:
  void Write(const char* name, size_t size) {
    ready_ = client::WriteFileAtomically(
                 path_ + "/" + name,
                 std::as_bytes(std::span(TheWeight())).first(size))
                 .ok() &&
             ready_;
  }
  std::string path_;
  bool ready_ = true;
};

void ExternalDataInADirectory(Test& test) {
  External external(test);
  if (!external.ready()) return;
  const WeightFolder folder;
  CERTIFY_REQUIRE(test, folder.ready(), "a file in /tmp cannot be written");
  const std::string with_slash = folder.path() + "/";
  for (const std::string& path : {folder.path(), with_slash}) {
    onnxGraph graph = nullptr;
    const onnxStatus status = external.Init(External::Model("weights.bin"),
                                            nullptr, path.c_str(), &graph);
    CERTIFY_REQUIRE(test, Done(status), "external data in '", path,
                    "': ", StatusText(status), ": ",
                    external.client().LastError());
    external.ExpectRight(graph, "external data in a directory");
  }
  const struct {
    const char* what;
    std::string location;
    std::string directory;
  } kRows[] = {
      {"a file that is not there", "nothing.bin", folder.path()},
      {"a file that is too short", "short.bin", folder.path()},
      {"no name of a file", "", folder.path()},
      {"a directory that is not there", "weights.bin", folder.path() + "/no"},
      {"a file outside of the directory",
       ".." + folder.path().substr(4) + "/weights.bin", folder.path()},
      {"an absolute path", folder.path() + "/weights.bin", folder.path()}};
  for (const auto& row : kRows) {
    external.ExpectRefused(External::Model(row.location), nullptr,
                           row.directory.c_str(), ONNXIFI_STATUS_SUCCESS,
                           row.what);
  }
}

// Shape profiles of the probe model's x: [N, 3].
class Profiles {
 public:
  explicit Profiles(Test& test) : test_(test), client_(test) {
    if (!client_.Offers(client_.table().initGraph, "initGraph") ||
        !client_.Offers(client_.table().checkModel, "checkModel") ||
        client_.session().model() == nullptr) {
      return;
    }
    ready_ = client_.Takes(model());
    if (!ready_) client_.Unsupported("the backend takes no symbolic dimension");
  }
  bool ready() const { return ready_; }
  Client11& client() { return client_; }
  const std::string& model() {
    return client_.session().model()->dynamic_bytes;
  }
  onnxStatus Init(const std::vector<std::vector<onnxInputProfile>>& profiles,
                  onnxGraph* graph) {
    std::vector<onnxShapeProfile> array;
    for (const auto& inputs : profiles) {
      array.push_back({inputs.data(), static_cast<uint32_t>(inputs.size()), 0});
    }
    *graph = graph;
    onnxInitGraphArguments arguments = client_.InitArguments(model(), graph);
    arguments.profiles = array.data();
    arguments.profilesCount = static_cast<uint32_t>(array.size());
    const onnxStatus status = client_.table().initGraph(&arguments);
    CERTIFY_CHECK(test_, Done(status) == (*graph != nullptr),
                  "initGraph returns ", StatusText(status), " and *graph is ",
                  *graph == nullptr ? "NULL" : "not NULL");
    if (Done(status)) client_.session().OwnGraph(*graph);
    return status;
  }
  // Binding, and the run, of [n, 3].
  void Expect(onnxGraph graph, uint64_t n, bool inside) {
    ProbeTensors tensors({n, 3});
    const auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                            tensors.x.bytes().data());
    const auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                            tensors.y.bytes().data());
    const onnxStatus status =
        test_.plugin().onnxSetGraphIO(graph, 1, &x, 1, &y);
    CERTIFY_CHECK(test_, (status == ONNXIFI_STATUS_SUCCESS) == inside,
                  "onnxSetGraphIO of ", n, "x3, which is ",
                  inside ? "inside" : "outside of",
                  " the profiles: ", StatusText(status));
    if (inside && status == ONNXIFI_STATUS_SUCCESS &&
        client_.session().Run(graph)) {
      const std::string wrong = tensors.Wrong(*client_.session().model());
      CERTIFY_CHECK(test_, wrong.empty(), n, "x3: ", wrong);
    }
    if (client_.table().runValues == nullptr) return;
    Outputs outputs;
    const auto dim = static_cast<int64_t>(n);
    const auto values =
        ListOf(FloatValue("x", {dim, 3}, std::vector<float>(n * 3, 1)));
    const onnxStatus ran = client_.Run(graph, values, &outputs);
    CERTIFY_CHECK(test_, (ran == ONNXIFI_STATUS_SUCCESS) == inside,
                  "runValues of ", n, "x3: ", StatusText(ran));
  }

 private:
  Test& test_;
  Client11 client_;
  bool ready_ = false;
};

void ProfilesBoundTheInputs(Test& test) {
  Profiles profiles(test);
  if (!profiles.ready()) return;
  const uint64_t low[] = {2, 3};
  const uint64_t mid[] = {4, 3};
  const uint64_t high[] = {6, 3};
  const uint64_t far[] = {40, 3};
  onnxGraph graph = nullptr;
  onnxStatus status = profiles.Init({{{"x", 2, 0, low, mid, high}}}, &graph);
  CERTIFY_REQUIRE(test, Done(status), "a profile 2..4..6: ", StatusText(status),
                  ": ", profiles.client().LastError());
  for (const uint64_t n : {2, 4, 6, 3, 5, 4}) profiles.Expect(graph, n, true);
  for (const uint64_t n : {1, 7, 100}) profiles.Expect(graph, n, false);
  profiles.Expect(graph, 4, true);
  // Two of them; where minimum and maximum are NULL they are as typical.
  status = profiles.Init(
      {{{"x", 2, 0, low, mid, high}}, {{"x", 2, 0, nullptr, far, nullptr}}},
      &graph);
  CERTIFY_REQUIRE(test, Done(status), "two profiles: ", StatusText(status),
                  ": ", profiles.client().LastError());
  for (const uint64_t n : {2, 6, 40}) profiles.Expect(graph, n, true);
  for (const uint64_t n : {1, 7, 39, 41}) profiles.Expect(graph, n, false);
}

void ProfilesThatAreNone(Test& test) {
  Profiles profiles(test);
  if (!profiles.ready()) return;
  static const uint64_t kShape[] = {4, 3};
  static const uint64_t kOther[] = {5, 3};
  static const uint64_t kZero[] = {0, 3};
  static const uint64_t kWide[] = {4, 4};
  const struct {
    const char* what;
    std::vector<onnxInputProfile> inputs;
    onnxStatus wanted;
  } kRows[] = {{"an unknown input",
                {{"nobody", 2, 0, nullptr, kShape, nullptr}},
                ONNXIFI_STATUS_INVALID_NAME},
               {"one input twice",
                {{"x", 2, 0, nullptr, kShape, nullptr},
                 {"x", 2, 0, nullptr, kShape, nullptr}},
                ONNXIFI_STATUS_INVALID_NAME},
               {"typical == NULL",
                {{"x", 2, 0, kShape, nullptr, kShape}},
                ONNXIFI_STATUS_INVALID_POINTER},
               {"a dimension of 0",
                {{"x", 2, 0, nullptr, kZero, nullptr}},
                ONNXIFI_STATUS_INVALID_SHAPE},
               {"a minimum of 0",
                {{"x", 2, 0, kZero, kShape, kOther}},
                ONNXIFI_STATUS_INVALID_SHAPE},
               {"typical below the minimum",
                {{"x", 2, 0, kOther, kShape, kOther}},
                ONNXIFI_STATUS_INVALID_SHAPE},
               {"typical above the maximum",
                {{"x", 2, 0, kShape, kOther, kShape}},
                ONNXIFI_STATUS_INVALID_SHAPE},
               {"another fixed dimension",
                {{"x", 2, 0, nullptr, kWide, nullptr}},
                ONNXIFI_STATUS_MISMATCHING_SHAPE},
               {"another rank",
                {{"x", 1, 0, nullptr, kShape, nullptr}},
                ONNXIFI_STATUS_MISMATCHING_SHAPE}};
  for (const auto& row : kRows) {
    onnxGraph graph = nullptr;
    CERTIFY_STATUS(test, profiles.Init({row.inputs}, &graph), row.wanted,
                   "a profile with ", row.what);
  }
  // Its array is missing.
  const onnxShapeProfile empty = {nullptr, 1, 0};
  onnxGraph graph = &graph;
  onnxInitGraphArguments arguments =
      profiles.client().InitArguments(profiles.model(), &graph);
  arguments.profiles = &empty;
  arguments.profilesCount = 1;
  CERTIFY_STATUS(test, profiles.client().table().initGraph(&arguments),
                 ONNXIFI_STATUS_INVALID_POINTER,
                 "a profile whose inputs are NULL");
  CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL");
}

}  // namespace

void AddOptionsTests(TestList* list) {
  const std::string at = "interface/options/";
  list->Add(at + "described", {"R-ext-38"}, &OptionsAreDescribed);
  list->Add(at + "describe_bad_arguments", {"R-ext-38"},
            &DescribeRefusesBadArguments);
  list->Add(at + "options_work", {"R-ext-33"}, &OptionsWork);
  list->Add(at + "external_data_by_descriptors", {"R-ext-32"},
            &ExternalDataByDescriptors);
  list->Add(at + "external_data_in_a_directory", {"R-ext-11"},
            &ExternalDataInADirectory);
  list->profile = Profile::kDynamic;
  list->Add(at + "profiles_bound_the_inputs", {"R-ext-34"},
            &ProfilesBoundTheInputs);
  list->Add(at + "profiles_that_are_none", {"R-ext-34"}, &ProfilesThatAreNone);
}

}  // namespace onnxifi::conformance
