// Interface 1.1: graphs that are exported and come back.
#include <algorithm>

#include "base/model_builder.h"
#include "conformance/interface/client_1_1.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// Exported bytes, and how they came.
struct Exported {
  std::string bytes;
  int calls = 0;
  bool same_thread = true;
  onnxStatus answer = ONNXIFI_STATUS_SUCCESS;
  pthread_t thread = ::pthread_self();

  static onnxStatus ONNXIFI_ABI Take(void* context, const void* bytes,
                                     size_t size) {
    auto& self = *static_cast<Exported*>(context);
    ++self.calls;
    self.same_thread = ::pthread_equal(self.thread, ::pthread_self()) != 0;
    self.bytes.assign(static_cast<const char*>(bytes), size);
    return self.answer;
  }
};

constexpr onnxStatus kState = ONNXIFI_STATUS_INVALID_STATE;

// A client of the three functions. Which option makes a graph exportable is
// the vendor's: it is looked for among those that the backend describes.
class ExportClient {
 public:
  explicit ExportClient(Test& test) : test_(test), client_(test) {
    const onnxPluginInterface& table = client_.table();
    if (!client_.Offers(table.exportGraph, "exportGraph") ||
        !client_.Offers(table.importGraph, "importGraph") ||
        !client_.Offers(table.checkExported, "checkExported") ||
        !client_.Offers(table.initGraph, "initGraph") ||
        client_.session().model() == nullptr) {
      return;
    }
    ready_ = FindOption();
    if (!ready_ && !test_.failed()) {
      client_.Unsupported("no option was found that makes graphs exportable");
    }
  }
  bool ready() const { return ready_; }
  Client11& client() { return client_; }
  const std::string& model() { return client_.session().model()->bytes; }
  // Whether graphs without the option are refused.
  bool needs_option() const { return !options_.empty(); }

  onnxGraph NewGraph(const std::string& model) {
    onnxGraph graph = nullptr;
    onnxInitGraphArguments arguments = client_.InitArguments(model, &graph);
    arguments.options = options_.data();
    arguments.optionsCount = static_cast<uint32_t>(options_.size());
    const onnxStatus status = client_.table().initGraph(&arguments);
    CERTIFY_CHECK(test_, Done(status) && graph != nullptr,
                  "initGraph of a graph to be exported: ", StatusText(status),
                  ": ", client_.LastError());
    if (graph != nullptr) client_.session().OwnGraph(graph);
    return graph;
  }
  onnxStatus Export(onnxGraph graph, Exported* exported) {
    auto arguments = New<onnxExportGraphArguments>();
    arguments.graph = graph;
    arguments.receive = &Exported::Take;
    arguments.receiveContext = exported;
    return client_.table().exportGraph(&arguments);
  }
  // The bytes of a graph that is gone; empty: the test has failed.
  std::string BytesOf(const std::string& model) {
    onnxGraph graph = NewGraph(model);
    if (graph == nullptr) return "";
    Exported exported;
    const onnxStatus status = Export(graph, &exported);
    CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS, "exportGraph: ",
                  StatusText(status), ": ", client_.LastError());
    CERTIFY_CHECK(test_, exported.calls == 1 && exported.same_thread,
                  "`receive` was called ", exported.calls, " times, on ",
                  exported.same_thread ? "this" : "another", " thread");
    client_.session().DisownGraph(graph);
    CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, "an exported graph");
    return exported.bytes;
  }
  uint32_t Verdict(const std::string& bytes) {
    uint32_t verdict = 99;
    auto arguments = New<onnxCheckExportedArguments>();
    arguments.backendID = client_.id();
    arguments.exported = bytes.data();
    arguments.exportedSize = bytes.size();
    arguments.verdict = &verdict;
    const onnxStatus status = client_.table().checkExported(&arguments);
    CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS && verdict <= 2,
                  "checkExported: ", StatusText(status), ", verdict ",
                  verdict);
    return verdict;
  }
  onnxStatus Import(const std::string& bytes, onnxGraph* graph,
                    const std::vector<onnxOption>& options = {}) {
    *graph = graph;
    auto arguments = New<onnxImportGraphArguments>();
    arguments.backend = client_.session().backend();
    arguments.exported = bytes.data();
    arguments.exportedSize = bytes.size();
    arguments.options = options.data();
    arguments.optionsCount = static_cast<uint32_t>(options.size());
    arguments.graph = graph;
    const onnxStatus status = client_.table().importGraph(&arguments);
    CERTIFY_CHECK(test_, Done(status) == (*graph != nullptr),
                  "importGraph returns ", StatusText(status),
                  " and *graph is ", *graph == nullptr ? "NULL" : "not NULL");
    return status;
  }
  void Release(onnxGraph graph) {
    CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, "an imported graph");
  }

 private:
  bool Exportable() {
    onnxGraph graph = nullptr;
    onnxInitGraphArguments arguments = client_.InitArguments(model(), &graph);
    arguments.options = options_.data();
    arguments.optionsCount = static_cast<uint32_t>(options_.size());
    if (!Done(client_.table().initGraph(&arguments)) || graph == nullptr) {
      return false;
    }
    Exported exported;
    const onnxStatus status = Export(graph, &exported);
    CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS || status == kState,
                  "exportGraph: ", StatusText(status));
    Release(graph);
    return status == ONNXIFI_STATUS_SUCCESS;
  }
  bool FindOption() {
    if (Exportable()) return true;
    if (client_.table().describeOptions == nullptr) return false;
    auto arguments = New<onnxDescribeOptionsArguments>();
    arguments.backendID = client_.id();
    arguments.receiveContext = &keys_;
    arguments.receive = [](void* context, uint32_t count,
                           const onnxOptionInfo* options) {
      const auto* at = reinterpret_cast<const std::byte*>(options);
      for (uint32_t i = 0; i < count; ++i, at += options->structSize) {
        const std::string key =
            reinterpret_cast<const onnxOptionInfo*>(at)->key;
        if (key.find("export") != std::string::npos) {
          static_cast<std::vector<std::string>*>(context)->push_back(key);
        }
      }
      return onnxStatus{ONNXIFI_STATUS_SUCCESS};
    };
    if (client_.table().describeOptions(&arguments) !=
        ONNXIFI_STATUS_SUCCESS) {
      return false;
    }
    for (const std::string& key : keys_) {
      for (const char* value : {"1", "true", "on", "yes"}) {
        options_ = {{key.c_str(), value}};
        if (Exportable()) return true;
      }
    }
    options_.clear();
    return false;
  }

  Test& test_;
  Client11 client_;
  std::vector<std::string> keys_;
  std::vector<onnxOption> options_;
  bool ready_ = false;
};

void AGraphComesBack(Test& test) {
  ExportClient with(test);
  if (!with.ready()) return;
  const std::string bytes = with.BytesOf(with.model());
  CERTIFY_REQUIRE(test, !bytes.empty(), "no bytes");
  CERTIFY_CHECK(test, with.Verdict(bytes) != ONNXIFI_EXPORTED_UNUSABLE,
                "the backend cannot use what it has just exported");
  std::string copy = bytes;
  onnxGraph graph = nullptr;
  const onnxStatus status = with.Import(copy, &graph);
  CERTIFY_REQUIRE(test, Done(status), "importGraph: ", StatusText(status),
                  ": ", with.client().LastError());
  with.client().session().OwnGraph(graph);
  std::fill(copy.begin(), copy.end(), '\xee');
  ProbeTensors tensors({2, 3}, 7);
  for (int i = 0; i < 3; ++i) {
    tensors.Reset(static_cast<float>(i));
    if (!with.client().session().Bind(graph, tensors) ||
        !with.client().session().Run(graph)) {
      return;
    }
    const std::string wrong = tensors.Wrong(*with.client().session().model());
    CERTIFY_CHECK(test, wrong.empty(), "an imported graph: ", wrong);
  }
  // What is exported twice is the same graph, and so is its export.
  Exported again;
  const onnxStatus second = with.Export(graph, &again);
  CERTIFY_CHECK(test, second == ONNXIFI_STATUS_SUCCESS || second == kState,
                "exportGraph of an imported graph: ", StatusText(second));
  with.client().session().DisownGraph(graph);
  with.Release(graph);
}

// Its weights come with it; the first graph and its backend are long gone.
void WeightsComeWithIt(Test& test) {
  ExportClient with(test);
  if (!with.ready()) return;
  if (!with.client().Offers(with.client().table().runValues, "runValues")) {
    return;
  }
  std::vector<float> weight(4096);
  for (size_t i = 0; i < weight.size(); ++i) {
    weight[i] = static_cast<float>(i) * 0.25f;
  }
  const std::string model =
      wire::ModelBuilder(8, 13)
          .Input("x", wire::kFloat, {2})
          .Output("y", wire::kFloat, {2})
          .Output("v", wire::kFloat, {4096})
          .Node("Identity", {"x"}, {"y"})
          .Node("Identity", {"w"}, {"v"})
          .Initializer(
              wire::TensorOf<float>("w", wire::kFloat, {4096}, weight))
          .Build();
  if (!with.client().Takes(model)) {
    with.client().Unsupported("the backend has no Identity of weights");
    return;
  }
  const std::string bytes = with.BytesOf(model);
  onnxGraph graph = nullptr;
  const onnxStatus status = with.Import(bytes, &graph);
  CERTIFY_REQUIRE(test, Done(status), "importGraph: ", StatusText(status),
                  ": ", with.client().LastError());
  with.client().RunsTo(graph, ListOf(FloatValue("x", {2}, {1, 2})),
                       ListOf(FloatValue("y", {2}, {1, 2}),
                              FloatValue("v", {4096}, weight)),
                       "an imported graph with weights");
  with.Release(graph);
}

// Damaged bytes are refused, or what is left of them runs right.
void DamageDoesNoHarm(Test& test) {
  ExportClient with(test);
  if (!with.ready()) return;
  const std::string bytes = with.BytesOf(with.model());
  CERTIFY_REQUIRE(test, !bytes.empty(), "no bytes");
  int refused = 0;
  int tried = 0;
  const auto look = [&](const std::string& damaged, bool must_refuse,
                        const std::string& what) {
    ++tried;
    const uint32_t verdict = with.Verdict(damaged);
    onnxGraph graph = nullptr;
    const onnxStatus status = with.Import(damaged, &graph);
    const bool unusable = verdict == ONNXIFI_EXPORTED_UNUSABLE;
    refused += Done(status) ? 0 : 1;
    CERTIFY_CHECK(test, unusable || !must_refuse, "checkExported of ", what,
                  ": ", verdict);
    CERTIFY_CHECK(test,
                  !unusable || status == ONNXIFI_STATUS_INVALID_MODEL,
                  "checkExported says UNUSABLE of ", what,
                  ", importGraph ", StatusText(status));
    if (!Done(status)) return;
    ProbeTensors tensors({2, 3}, 7);
    with.client().session().OwnGraph(graph);
    if (with.client().session().Bind(graph, tensors) &&
        with.client().session().Run(graph)) {
      const std::string wrong =
          tensors.Wrong(*with.client().session().model());
      CERTIFY_CHECK(test, wrong.empty(), what, " runs wrong: ", wrong);
    }
    with.client().session().DisownGraph(graph);
    with.Release(graph);
  };
  for (size_t part = 0; part < 16; ++part) {
    const size_t begin = bytes.size() * part / 16;
    const size_t end = bytes.size() * (part + 1) / 16;
    std::string damaged = bytes;
    std::fill(damaged.begin() + static_cast<ptrdiff_t>(begin),
              damaged.begin() + static_cast<ptrdiff_t>(end), '\xa5');
    look(damaged, false, StrCat("part ", part, " of 16 overwritten"));
    look(bytes.substr(0, begin) + bytes.substr(end), false,
         StrCat("part ", part, " of 16 left out"));
    if (begin > 0) {
      look(bytes.substr(0, begin), true,
           StrCat("the first ", part, " of 16 parts"));
    }
    for (int i = 0; i < 8; ++i) {
      damaged = bytes;
      const size_t at = begin + test.random()() % std::max<size_t>(
                                                      end - begin, 1);
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << i));
      look(damaged, false, StrCat("bit ", i, " of byte ", at, " turned"));
    }
  }
  look(with.model(), true, "a model");
  look(std::string(1000, '\0'), true, "zeros");
  look("x", true, "one byte");
  test.Show("damaged of which refused", refused, tried);
}

void BadArguments(Test& test) {
  ExportClient with(test);
  if (!with.ready()) return;
  const std::string bytes = with.BytesOf(with.model());
  const onnxPluginInterface& table = with.client().table();
  onnxGraph graph = nullptr;
  auto import = New<onnxImportGraphArguments>();
  import.backend = with.client().session().backend();
  import.exported = bytes.data();
  import.exportedSize = bytes.size();
  import.graph = &graph;
  using I = onnxImportGraphArguments;
  const auto no_import = [&](const char* what, onnxStatus wanted, auto spoil) {
    I bad = import;
    spoil(bad);
    graph = &graph;
    CERTIFY_STATUS(test, table.importGraph(&bad), wanted, what);
    CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL: ", what);
  };
  for (const NoHandle& none : NoHandles()) {
    no_import(none.what, ONNXIFI_STATUS_INVALID_BACKEND,
              [&](I& a) { a.backend = none.value; });
  }
  no_import("exported == NULL", ONNXIFI_STATUS_INVALID_POINTER,
            [](I& a) { a.exported = nullptr; });
  no_import("exportedSize == 0", ONNXIFI_STATUS_INVALID_SIZE,
            [](I& a) { a.exportedSize = 0; });
  no_import("options == NULL", ONNXIFI_STATUS_INVALID_POINTER,
            [](I& a) { a.optionsCount = 1; });
  const onnxOption unknown = {"org.onnxifi.no.such.option", "1"};
  no_import("an unknown option", ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
            [&](I& a) {
              a.options = &unknown;
              a.optionsCount = 1;
            });
  I without = import;
  without.graph = nullptr;
  CERTIFY_STATUS(test, table.importGraph(&without),
                 ONNXIFI_STATUS_INVALID_POINTER, "graph == NULL");
  uint32_t verdict = 77;
  auto check = New<onnxCheckExportedArguments>();
  check.backendID = with.client().id();
  check.exported = bytes.data();
  check.exportedSize = bytes.size();
  check.verdict = &verdict;
  using C = onnxCheckExportedArguments;
  const auto no_check = [&](const char* what, onnxStatus wanted, auto spoil) {
    C bad = check;
    spoil(bad);
    CERTIFY_STATUS(test, table.checkExported(&bad), wanted, what);
    CERTIFY_CHECK(test, verdict == 77, "*verdict was changed: ", what);
  };
  for (const NoHandle& none : NoHandles()) {
    no_check(none.what, ONNXIFI_STATUS_INVALID_ID,
             [&](C& a) { a.backendID = none.value; });
  }
  no_check("exported == NULL", ONNXIFI_STATUS_INVALID_POINTER,
           [](C& a) { a.exported = nullptr; });
  no_check("verdict == NULL", ONNXIFI_STATUS_INVALID_POINTER,
           [](C& a) { a.verdict = nullptr; });
}

void ExportRefuses(Test& test) {
  ExportClient with(test);
  if (!with.ready()) return;
  Exported exported;
  for (const NoHandle& none : NoHandles()) {
    CERTIFY_STATUS(test, with.Export(none.value, &exported),
                   ONNXIFI_STATUS_INVALID_GRAPH, none.what);
  }
  onnxGraph graph = with.NewGraph(with.model());
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  auto arguments = New<onnxExportGraphArguments>();
  arguments.graph = graph;
  CERTIFY_STATUS(test, with.client().table().exportGraph(&arguments),
                 ONNXIFI_STATUS_INVALID_POINTER, "receive == NULL");
  if (with.needs_option()) {
    onnxGraph plain = with.client().NewGraph(with.model());
    CERTIFY_STATUS(test, with.Export(plain, &exported), kState,
                   "a graph that was not made to be exported");
    CERTIFY_CHECK(test, !with.client().LastError().empty(),
                  "no text says which option makes graphs exportable");
  }
  CERTIFY_CHECK(test, exported.calls == 0, "`receive` was called");
  for (const onnxStatus answer :
       {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_INVALID_SIZE}) {
    exported = {};
    exported.answer = answer;
    CERTIFY_STATUS(test, with.Export(graph, &exported), answer,
                   "what `receive` returned");
    CERTIFY_CHECK(test, exported.calls == 1, exported.calls, " calls");
  }
}

}  // namespace

void AddExportTests(TestList* list) {
  const std::string at = "interface/export/";
  list->Add(at + "a_graph_comes_back", {"R-ext-52", "R-ext-54"},
            &AGraphComesBack);
  list->Add(at + "weights_come_with_it", {"R-ext-54"}, &WeightsComeWithIt);
  list->Add(at + "damage_does_no_harm", {"R-ext-53", "R-ext-55"},
            &DamageDoesNoHarm);
  list->Add(at + "bad_arguments", {"R-ext-53", "R-ext-55"}, &BadArguments);
  list->Add(at + "export_refuses", {"R-ext-52"}, &ExportRefuses);
}

}  // namespace onnxifi::conformance
