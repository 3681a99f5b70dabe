#include "tools/cli/case_runner.h"

#include <algorithm>
#include <chrono>

#include "base/str_cat.h"
#include "graph/onnx_reader.h"
#include "tools/cli/generate.h"
#include "tools/cli/tensor_file.h"
#include "tools/cli/text.h"

namespace onnxifi::cli {
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

// Why the model's inputs or outputs cannot be bound; empty when they can.
std::string NotCarried(const ModelInfo& model) {
  for (const ValueInfo& input : model.RuntimeInputs()) {
    std::string why = cli::NotCarried(input);
    if (!why.empty()) return "input " + why;
  }
  for (const ValueInfo& output : model.outputs) {
    std::string why = cli::NotCarried(output);
    if (!why.empty()) return "output " + why;
  }
  return "";
}

Result<std::vector<HostTensor>> GenerateInputs(const ModelInfo& model) {
  const Generator ramp{Generator::Kind::kLightData};
  std::vector<HostTensor> tensors;
  for (const ValueInfo& input : model.RuntimeInputs()) {
    graph::Shape dims = input.dims;
    for (int64_t& dim : dims) dim = dim < 0 ? 1 : dim;
    ONNXIFI_ASSIGN_OR_RETURN(
        HostTensor tensor,
        HostTensor::Make(input.name, input.type, std::move(dims)));
    Fill(tensor, ramp, 0);
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// Files belong to the model's inputs in order. Where some inputs have an
// initializer, the files may or may not count them.
Result<std::vector<HostTensor>> ReadInputs(const CaseData& data,
                                           const ModelInfo& model) {
  std::vector<HostTensor> tensors;
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
    ONNXIFI_ASSIGN_OR_RETURN(HostTensor tensor, ReadTensorFile(data.inputs[i]));
    tensor.set_name(all ? model.inputs[i].name : runtime[i].name);
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

Result<std::vector<HostTensor>> ReadOutputs(const CaseData& data,
                                            const ModelInfo& model) {
  if (data.outputs.size() != model.outputs.size()) {
    return Status(
        ONNXIFI_STATUS_INVALID_POINTER,
        StrCat("the case has ", data.outputs.size(),
               " output files, the model gives ", model.outputs.size()));
  }
  std::vector<HostTensor> tensors;
  for (size_t i = 0; i < data.outputs.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(HostTensor tensor,
                             ReadTensorFile(data.outputs[i]));
    tensor.set_name(model.outputs[i].name);
    tensors.push_back(std::move(tensor));
  }
  return tensors;
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

  const Status compatible =
      CallStatus(onnxGetBackendCompatibility(id_, bytes.size(), bytes.data()));
  if (!compatible.ok()) return FromStatus(compatible, "compatibility");

  const Result<ModelInfo> info = ReadModelInfo(bytes);
  if (!info.ok()) return BadData(info.status());
  const ModelInfo& model = info.value();
  if (std::string why = NotCarried(model); !why.empty()) {
    CaseResult result = Failed("NOT_CARRIED", std::move(why));
    result.outcome = Outcome::kRefused;
    return result;
  }

  CaseResult result;
  Result<CompiledGraph> graph = CompiledGraph::Compile(backend_, bytes);
  if (!graph.ok()) {
    result = FromStatus(graph.status(), "init");
  } else if (test.data.empty()) {
    result = Failed("TEST_DATA", "the case has no test_data_set");
  } else {
    for (const CaseData& data : test.data) {
      result = RunData(data, test.tolerance, model, graph.value());
      if (result.outcome != Outcome::kPassed) break;
    }
  }
  result.broken_promise = result.outcome == Outcome::kRefused;
  return result;
}

CaseResult CaseRunner::RunData(const CaseData& data, const Tolerance& tolerance,
                               const ModelInfo& model,
                               CompiledGraph& graph) const {
  const Result<std::vector<HostTensor>> inputs =
      data.generate_inputs ? GenerateInputs(model) : ReadInputs(data, model);
  if (!inputs.ok()) return BadData(inputs.status());
  const Result<std::vector<HostTensor>> want = ReadOutputs(data, model);
  if (!want.ok()) return BadData(want.status());
  std::vector<HostTensor> got;
  for (const HostTensor& tensor : want.value()) {
    Result<HostTensor> output = HostTensor::Make(tensor.name(), tensor.type(),
                                                 tensor.dims(), kUnwritten);
    if (!output.ok()) return BadData(output.status());
    got.push_back(std::move(output).value());
  }

  const Status bound = graph.Bind(inputs.value(), got);
  if (!bound.ok()) return FromStatus(bound, "bind");
  const Status ran = graph.Run();
  if (!ran.ok()) return FromStatus(ran, "run");

  CaseResult result;
  result.outcome = Outcome::kPassed;
  for (size_t i = 0; i < got.size(); ++i) {
    const Comparison compared = Compare(want.value()[i], got[i], tolerance);
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

}  // namespace onnxifi::cli
