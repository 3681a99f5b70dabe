#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "base/str_cat.h"
#include "client/case_set.h"
#include "client/compare.h"
#include "client/file.h"
#include "client/model_info.h"
#include "client/npy.h"
#include "client/text.h"
#include "client/value_file.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/commands.h"
#include "tools/cli/session.h"
#include "tools/cli/version.h"

namespace onnxifi::client {
namespace {

using nlohmann::json;

struct Options {
  SessionOptions session;
  std::vector<std::string> check;
  Tolerance tolerance;
  std::string save_outputs;
  std::string json_file;
  int iterations = 10;
};

struct RunTimes {
  double first = 0;
  double steady = 0;  // median of the others
  int steady_runs = 0;
};

// At most so many strings or elements of a value go into the report.
constexpr size_t kReportedElements = 16;

json ToJson(const HostValue& value) {
  json out = {{"name", EscapeText(value.name())}};
  if (!value.is_tensor()) {
    out["type"] = KindName(value.kind);
    out["count"] = value.kind == HostValue::Kind::kMap
                       ? static_cast<size_t>(value.tensor.elements())
                       : value.elements.size();
    for (const HostValue& element : value.elements) {
      if (out["elements"].size() == kReportedElements) break;
      out["elements"].push_back(ToJson(element));
    }
    return out;
  }
  const HostTensor& tensor = value.tensor;
  out["type"] = graph::DataTypeName(tensor.type());
  out["shape"] = tensor.dims();
  if (tensor.has_strings()) {
    for (const std::string& s : tensor.strings()) {
      if (out["strings"].size() == kReportedElements) break;
      out["strings"].push_back(EscapeText(s));
    }
    return out;
  }
  const TensorStats stats = ComputeStats(tensor);
  out["min"] = stats.min;
  out["max"] = stats.max;
  out["mean"] = stats.mean;
  out["nan"] = stats.nans;
  return out;
}

Result<RunTimes> RunAll(Session& session, int iterations) {
  RunTimes times;
  std::vector<double> others;
  for (int i = 0; i < iterations; ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(const double milliseconds, session.Run());
    if (i == 0) {
      times.first = milliseconds;
    } else {
      others.push_back(milliseconds);
    }
  }
  times.steady_runs = static_cast<int>(others.size());
  if (others.empty()) return times;
  const auto middle =
      others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
  std::nth_element(others.begin(), middle, others.end());
  times.steady = *middle;
  return times;
}

Status SaveOutputs(const Session& session, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                  StrCat("folder '", EscapeText(folder), "': ", error.message(),
                         ": choose another one"));
  }
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    // By number: a model's names may hold '/' or worse.
    const std::string stem = StrCat(folder, "/output_", i);
    const HostValue& output = session.outputs()[i];
    if (output.is_tensor() && !output.tensor.has_strings()) {
      ONNXIFI_RETURN_IF_ERROR(
          WriteFileAtomically(stem + ".npy", WriteNpy(output.tensor)));
      continue;
    }
    const std::string bytes = SerializeValue(output);
    ONNXIFI_RETURN_IF_ERROR(
        WriteFileAtomically(stem + ".pb", std::as_bytes(std::span(bytes))));
  }
  return Status::Ok();
}

// One folder in --check stands for the files of an ONNX test data set, its
// inputs included.
Status ExpandDataSet(Options* options) {
  std::error_code error;
  if (options->check.size() != 1 ||
      !std::filesystem::is_directory(options->check[0], error)) {
    return Status::Ok();
  }
  const std::string folder = options->check[0];
  options->check = NumberedFiles(folder + "/output_");
  options->session.input_files = NumberedFiles(folder + "/input_");
  if (!options->check.empty()) return Status::Ok();
  return Status(ONNXIFI_STATUS_INVALID_POINTER,
                StrCat("folder '", EscapeText(folder),
                       "': no output_0.pb in it: check the path"));
}

// The files of --check, each as the model declares its output.
Result<std::vector<HostValue>> ReadExpected(Options* options) {
  std::vector<HostValue> values;
  ONNXIFI_RETURN_IF_ERROR(ExpandDataSet(options));
  if (options->check.empty()) return values;
  ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file,
                           graph::MapFile(options->session.model));
  // The backend will say what is wrong with the model.
  const Result<ModelInfo> read = ReadModelInfo(file.bytes);
  const ModelInfo model = read.ok() ? read.value() : ModelInfo();
  for (size_t i = 0; i < options->check.size(); ++i) {
    const ValueInfo declared =
        i < model.outputs.size() ? model.outputs[i] : ValueInfo();
    ONNXIFI_ASSIGN_OR_RETURN(HostValue value,
                             ReadValueFile(options->check[i], declared));
    values.push_back(std::move(value));
  }
  return values;
}

// Compares and prints; adds each result to `report`.
bool Check(const Session& session, std::vector<HostValue>& expected,
           const Tolerance& tolerance, json* report, bool print) {
  bool equal = true;
  for (size_t i = 0; i < expected.size(); ++i) {
    const HostValue& got = session.outputs()[i];
    expected[i].tensor.set_name(got.name());
    const Comparison result = Compare(expected[i], got, tolerance);
    equal &= result.equal;
    report->push_back({{"name", EscapeText(got.name())},
                       {"equal", result.equal},
                       {"reason", result.reason},
                       {"max_abs_error", result.max_abs_error},
                       {"max_rel_error", result.max_rel_error}});
    if (print) {
      std::printf(
          "check   %s  max absolute error %s  max relative error %s  %s "
          "(rtol %s, atol %s)\n",
          EscapeText(got.name()).c_str(),
          NumberText(result.max_abs_error, 3).c_str(),
          NumberText(result.max_rel_error, 3).c_str(),
          result.equal ? "equal" : "DIFFERENT",
          NumberText(tolerance.rtol).c_str(),
          NumberText(tolerance.atol).c_str());
    }
    if (!result.equal) {
      ReportError(kErrorComparison, result.reason + ": see --rtol and --atol",
                  kExitComparison);
    }
  }
  return equal;
}

void PrintRun(const Session& session, const RunTimes& times) {
  std::printf("backend %s\n", EscapeText(session.backend_name()).c_str());
  for (size_t i = 0; i < session.inputs().size(); ++i) {
    std::printf("input   %s  from %s\n", Describe(session.inputs()[i]).c_str(),
                EscapeText(session.sources()[i]).c_str());
  }
  for (const HostValue& output : session.outputs()) {
    std::printf("output  %s\n", Describe(output).c_str());
  }
  std::printf("times   load %s  compile %s  first run %s",
              MillisecondsText(session.load_ms()).c_str(),
              MillisecondsText(session.compile_ms()).c_str(),
              MillisecondsText(times.first).c_str());
  if (times.steady_runs > 0) {
    std::printf("  steady %s (median of %d)",
                MillisecondsText(times.steady).c_str(), times.steady_runs);
  }
  std::printf(" ms  seed %llu\n",
              static_cast<unsigned long long>(session.options().seed));
  std::printf("placed  %zu of %zu nodes on %s\n", session.model().nodes,
              session.model().nodes,
              EscapeText(session.backend_name()).c_str());
}

Status WriteReport(const std::string& path, const Session& session,
                   const RunTimes& times, json checks) {
  json inputs = json::array();
  for (const HostValue& value : session.inputs()) {
    inputs.push_back(ToJson(value));
  }
  json outputs = json::array();
  for (const HostValue& value : session.outputs()) {
    outputs.push_back(ToJson(value));
  }
  const json report = {{"schema", "onnxifi.run/1"},
                       {"version", VersionText()},
                       {"model", EscapeText(session.options().model)},
                       {"backend", EscapeText(session.backend_name())},
                       {"nodes", session.model().nodes},
                       {"seed", session.options().seed},
                       {"inputs", std::move(inputs)},
                       {"outputs", std::move(outputs)},
                       {"checks", std::move(checks)},
                       {"ms",
                        {{"load", session.load_ms()},
                         {"compile", session.compile_ms()},
                         {"first", times.first},
                         {"steady", times.steady}}}};
  const std::string text = report.dump(1) + "\n";
  if (path != "-") {
    return WriteFileAtomically(path, std::as_bytes(std::span(text)));
  }
  std::fputs(text.c_str(), stdout);
  return Status::Ok();
}

int RunModel(Options options) {
  Result<std::vector<HostValue>> expected = ReadExpected(&options);
  if (!expected.ok()) {
    return ReportError(kErrorFile, expected.status().message(), kExitUsage);
  }
  Session session(options.session);
  const int prepared =
      session.Prepare(options.check.empty() ? nullptr : &expected.value());
  if (prepared != kExitOk) return prepared;
  if (expected.value().size() > session.model().outputs.size()) {
    return ReportError(
        kErrorUsage,
        StrCat("--check: ", expected.value().size(), " files for ",
               session.model().outputs.size(), " outputs: give one for each"),
        kExitUsage);
  }
  const Result<RunTimes> times = RunAll(session, options.iterations);
  if (!times.ok()) return ReportFailure(times.status(), Step::kRun);

  const bool print = options.json_file != "-";
  if (print) PrintRun(session, times.value());
  json checks = json::array();
  const bool equal =
      Check(session, expected.value(), options.tolerance, &checks, print);
  Status written = Status::Ok();
  if (!options.save_outputs.empty()) {
    written = SaveOutputs(session, options.save_outputs);
  }
  if (written.ok() && !options.json_file.empty()) {
    written = WriteReport(options.json_file, session, times.value(),
                          std::move(checks));
  }
  if (!written.ok()) {
    return ReportError(kErrorWrite, written.message(), kExitResources);
  }
  return equal ? kExitOk : kExitComparison;
}

}  // namespace

void AddRunCommand(CLI::App& app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("run", "Run a model, show and check its outputs");
  AddSessionOptions(*command, &options->session);
  command->add_option("--check", options->check,
                      "Expected outputs, .pb or .npy, in model order; or a "
                      "test_data_set folder, whose inputs are used too");
  command->add_option("--rtol", options->tolerance.rtol,
                      "Relative tolerance of --check");
  command->add_option("--atol", options->tolerance.atol,
                      "Absolute tolerance of --check");
  command->add_option("--save-outputs", options->save_outputs,
                      "Folder for output_0.npy, output_1.npy, ...; .pb for "
                      "what is no tensor of numbers");
  command->add_option("--iterations", options->iterations, "Number of runs")
      ->check(CLI::Range(1, 1000000000));
  command->add_option("--json", options->json_file,
                      "Write a report as JSON to this file, - for stdout");
  command->callback([options, action] {
    *action = [options] { return RunModel(*options); };
  });
}

}  // namespace onnxifi::client
