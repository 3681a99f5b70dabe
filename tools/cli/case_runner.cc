#include "tools/cli/case_runner.h"

#include <algorithm>
#include <chrono>

#include "base/str_cat.h"
#include "client/generate.h"
#include "client/text.h"
#include "client/value_file.h"
#include "graph/onnx_reader.h"

namespace onnxifi::client {
namespace {

// Outputs start as this byte, so that one that is not written is seen.
constexpr uint8_t kUnwritten = 0xA5;

CaseResult Failed(std::string code, std::string text) {
  CaseResult result;
  result.outcome = Outcome::kFailed;
  result.code = std::move(code);
  result.text = std::move(text);
  return result;
}

CaseResult FromStatus(const Status& status, std::string_view call) {
  CaseResult result =
      Failed(StatusName(status.code()), StrCat(call, ": ", status.message()));
  if (IsRefusal(status.code())) result.outcome = Outcome::kRefused;
  return result;
}

CaseResult BadData(const Status& status) {
  return Failed("TEST_DATA", status.message());
}

Result<std::vector<HostValue>> GenerateInputs(const ModelInfo& model) {
  const Generator ramp{Generator::Kind::kLightData};
  std::vector<HostValue> values;
  for (const ValueInfo& input : model.RuntimeInputs()) {
    if (const std::string why = NotCarried(input); !why.empty()) {
      return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                    StrCat("no data can be made up: input ", why));
    }
    graph::Shape dims = input.dims;
    for (int64_t& dim : dims) dim = dim < 0 ? 1 : dim;
    ONNXIFI_ASSIGN_OR_RETURN(
        HostTensor tensor,
        HostTensor::Make(input.name, input.type, std::move(dims)));
    Fill(tensor, ramp, 0);
    values.emplace_back(std::move(tensor));
  }
  return values;
}

// Files belong to the model's inputs in order. Where some inputs have an
// initializer, the files may or may not count them.
Result<std::vector<HostValue>> ReadInputs(const CaseData& data,
                                          const ModelInfo& model) {
  std::vector<HostValue> values;
  const std::vector<ValueInfo> runtime = model.RuntimeInputs();
  const bool all = data.inputs.size() > runtime.size();
  const size_t wanted = all ? model.inputs.size() : runtime.size();
  if (data.inputs.size() != wanted) {
    return Status(ONNXIFI_STATUS_INVALID_POINTER,
                  StrCat("the case has ", data.inputs.size(),
                         " input files, the model takes ", runtime.size()));
  }
  for (size_t i = 0; i < wanted; ++i) {
    if (all && model.is_static[i]) continue;
    ONNXIFI_ASSIGN_OR_RETURN(
        HostValue value,
        ReadValueFile(data.inputs[i], all ? model.inputs[i] : runtime[i]));
    values.push_back(std::move(value));
  }
  return values;
}

Result<std::vector<HostValue>> ReadOutputs(const CaseData& data,
                                           const ModelInfo& model) {
  if (data.outputs.size() != model.outputs.size()) {
    return Status(
        ONNXIFI_STATUS_INVALID_POINTER,
        StrCat("the case has ", data.outputs.size(),
               " output files, the model gives ", model.outputs.size()));
  }
  std::vector<HostValue> values;
  for (size_t i = 0; i < data.outputs.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(HostValue value,
                             ReadValueFile(data.outputs[i], model.outputs[i]));
    values.push_back(std::move(value));
  }
  return values;
}

// One run by descriptors. `*call` is the step that failed.
Result<std::vector<HostValue>> RunBound(CompiledGraph& graph,
                                        const std::vector<HostValue>& inputs,
                                        const std::vector<HostValue>& want,
                                        const char** call) {
  std::vector<HostValue> got;
  *call = "test data";
  for (const HostValue& value : want) {
    const HostTensor& tensor = value.tensor;
    ONNXIFI_ASSIGN_OR_RETURN(HostTensor output,
                             HostTensor::Make(tensor.name(), tensor.type(),
                                              tensor.dims(), kUnwritten));
    got.emplace_back(std::move(output));
  }
  *call = "bind";
  ONNXIFI_RETURN_IF_ERROR(graph.Bind(inputs, got));
  *call = "run";
  ONNXIFI_RETURN_IF_ERROR(graph.Run());
  return got;
}

CaseResult CompareAll(const std::vector<HostValue>& want,
                      const std::vector<HostValue>& got, const TestCase& test) {
  CaseResult result;
  result.outcome = Outcome::kPassed;
  for (size_t i = 0; i < want.size(); ++i) {
    const Comparison compared =
        test.random.has_value() ? CompareRange(want[i], got[i], *test.random)
                                : Compare(want[i], got[i], test.tolerance);
    result.max_rel_error =
        std::max(result.max_rel_error, compared.max_rel_error);
    if (compared.equal) continue;
    result.outcome = Outcome::kFailed;
    result.code = "COMPARISON";
    result.text = compared.reason;
    break;
  }
  return result;
}

}  // namespace

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return "passed";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kCrashed:
      return "crashed";
  }
  return "unknown";
}

Result<std::unique_ptr<CaseRunner>> CaseRunner::Open(
    const BackendChoice& choice) {
  ONNXIFI_RETURN_IF_ERROR(UsePlugin(choice));
  ONNXIFI_ASSIGN_OR_RETURN(BackendList list, BackendList::Open());
  ONNXIFI_ASSIGN_OR_RETURN(const onnxBackendID id, ChooseBackend(list, choice));
  ONNXIFI_ASSIGN_OR_RETURN(Backend backend, InitBackend(id));
  std::string name = InfoText(id, ONNXIFI_BACKEND_NAME).value_or("(unnamed)");
  return std::unique_ptr<CaseRunner>(
      new CaseRunner(std::move(list), id, std::move(backend), std::move(name)));
}

CaseResult CaseRunner::Run(const TestCase& test) const {
  const auto start = std::chrono::steady_clock::now();
  CaseResult result = RunModel(test);
  result.milliseconds = std::chrono::duration<double, std::milli>(
                            std::chrono::steady_clock::now() - start)
                            .count();
  return result;
}

CaseResult CaseRunner::RunModel(const TestCase& test) const {
  const Result<graph::MappedFile> file = graph::MapFile(test.model);
  if (!file.ok()) return BadData(file.status());
  const std::span<const std::byte> bytes = file.value().bytes;

  const Result<ModelInfo> info = ReadModelInfo(bytes);
  const bool by_value =
      interface_.has_value() && info.ok() && NeedsValues(info.value());
  const std::optional<Interface> interface =
      by_value ? interface_ : std::nullopt;

  const Status compatible = by_value ? interface->CheckModel(bytes)
                                     : CallStatus(onnxGetBackendCompatibility(
                                           id_, bytes.size(), bytes.data()));
  if (!compatible.ok()) return FromStatus(compatible, "compatibility");
  if (!info.ok()) return BadData(info.status());
  const ModelInfo& model = info.value();
  if (std::string why = NotCarried(model); !why.empty() && !by_value) {
    CaseResult result = Failed("NOT_CARRIED", std::move(why));
    result.outcome = Outcome::kRefused;
    return result;
  }

  CaseResult result;
  Result<CompiledGraph> graph =
      CompiledGraph::Compile(backend_, bytes, interface);
  result = graph.ok() ? RunAll(test, model, interface, graph.value())
                      : FromStatus(graph.status(), "init");
  result.broken_promise = result.outcome == Outcome::kRefused;
  return result;
}

CaseResult CaseRunner::RunAll(const TestCase& test, const ModelInfo& model,
                              const std::optional<Interface>& interface,
                              CompiledGraph& graph) const {
  CaseResult result = Failed("TEST_DATA", "the case has no test_data_set");
  for (const CaseData& data : test.data) {
    result = RunData(test, data, model, interface, graph);
    if (result.outcome != Outcome::kPassed) break;
  }
  return result;
}

CaseResult CaseRunner::RunData(const TestCase& test, const CaseData& data,
                               const ModelInfo& model,
                               const std::optional<Interface>& interface,
                               CompiledGraph& graph) const {
  const Result<std::vector<HostValue>> inputs =
      data.generate_inputs ? GenerateInputs(model) : ReadInputs(data, model);
  if (!inputs.ok()) return BadData(inputs.status());
  const Result<std::vector<HostValue>> want = ReadOutputs(data, model);
  if (!want.ok()) return BadData(want.status());
  const char* call = "run";
  const Result<std::vector<HostValue>> got =
      interface.has_value()
          ? graph.RunValues(*interface, inputs.value())
          : RunBound(graph, inputs.value(), want.value(), &call);
  if (!got.ok()) return FromStatus(got.status(), call);
  if (got.value().size() != want.value().size()) {
    return Failed("COMPARISON",
                  StrCat("the backend gives ", got.value().size(),
                         " outputs instead of ", want.value().size()));
  }
  return CompareAll(want.value(), got.value(), test);
}

}  // namespace onnxifi::client
