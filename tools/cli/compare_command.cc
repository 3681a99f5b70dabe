#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/str_cat.h"
#include "client/case_set.h"
#include "client/compare.h"
#include "client/file.h"
#include "client/text.h"
#include "graph/onnx_reader.h"
#include "tools/cli/bisect.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/commands.h"
#include "tools/cli/compare_report.h"
#include "tools/cli/model_file.h"
#include "tools/cli/session.h"
#include "tools/cli/version.h"

namespace onnxifi::client {
namespace {

using nlohmann::json;

struct Options {
  SessionOptions session;
  std::string reference;
  std::string inputs;
  std::string repro;
  std::string json_file;
  Tolerance tolerance;
  bool bisect = false;
};

// The same model and inputs on two backends.
struct Both {
  Session reference;
  Session tested;
};

SessionOptions ForReference(const Options& options) {
  SessionOptions session = options.session;
  session.choice.backend = options.reference;
  return session;
}

// Exit code, kExitOk when both have run.
int RunBoth(Both* both) {
  int prepared = both->reference.Prepare(nullptr);
  if (prepared != kExitOk) return prepared;
  Result<double> ran = both->reference.Run();
  if (!ran.ok()) return ReportFailure(ran.status(), Step::kRun);
  prepared = both->tested.Prepare(&both->reference.outputs());
  if (prepared != kExitOk) return prepared;
  ran = both->tested.Run();
  if (!ran.ok()) return ReportFailure(ran.status(), Step::kRun);
  return kExitOk;
}

// True when all outputs are equal.
bool CompareAll(const Both& both, const Tolerance& tolerance, bool print,
                json* report) {
  bool equal = true;
  for (size_t i = 0; i < both.reference.outputs().size(); ++i) {
    const HostValue& want = both.reference.outputs()[i];
    const Comparison result =
        Compare(want, both.tested.outputs()[i], tolerance);
    equal &= result.equal;
    report->push_back(ComparisonJson(want, result));
    if (print) PrintComparison("output", want, result);
    if (!result.equal) {
      ReportError(kErrorComparison,
                  result.reason + ": see --rtol, --atol and --bisect",
                  kExitComparison);
    }
  }
  return equal;
}

void PrintHead(const Both& both, const Tolerance& tolerance) {
  std::printf("backend %s\nreference %s\n",
              EscapeText(both.tested.backend_name()).c_str(),
              EscapeText(both.reference.backend_name()).c_str());
  if (both.tested.backend_name() == both.reference.backend_name()) {
    std::printf(
        "note: both are the same backend; --reference names another one\n");
  }
  for (size_t i = 0; i < both.tested.inputs().size(); ++i) {
    std::printf("input   %s  from %s\n",
                Describe(both.tested.inputs()[i]).c_str(),
                EscapeText(both.tested.sources()[i]).c_str());
  }
  std::printf("tolerance rtol %s, atol %s\n",
              NumberText(tolerance.rtol).c_str(),
              NumberText(tolerance.atol).c_str());
}

Result<graph::Graph> ReadGraph(const std::string& path) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file, graph::MapFile(path));
  return ReadModelFile(file, path);
}

Result<Finding> Search(const Both& both, const graph::Graph& graph,
                       const Tolerance& tolerance) {
  ONNXIFI_ASSIGN_OR_RETURN(const GraphRunner reference,
                           GraphRunner::Open(both.reference.backend_id()));
  ONNXIFI_ASSIGN_OR_RETURN(const GraphRunner tested,
                           GraphRunner::Open(both.tested.backend_id()));
  return Bisect(graph, reference, tested, both.tested.inputs(), tolerance);
}

int Reproduce(const Options& options, const Finding& finding,
              const Both& both) {
  const Status written = WriteReproducer(finding, options.repro);
  if (!written.ok()) {
    return ReportError(kErrorWrite, written.message(), kExitResources);
  }
  if (options.json_file == "-") return kExitOk;
  const std::string folder = EscapeText(options.repro);
  std::printf(
      "written %s: onnxifi run %s/model.onnx --backend '%s' --check "
      "%s/test_data_set_0 --rtol %s --atol %s\n",
      folder.c_str(), folder.c_str(),
      EscapeText(both.tested.backend_name()).c_str(), folder.c_str(),
      NumberText(options.tolerance.rtol).c_str(),
      NumberText(options.tolerance.atol).c_str());
  return kExitOk;
}

// Exit code; kExitOk when the search came to an end, whatever it found.
int BisectBoth(const Options& options, const Both& both, json* report) {
  const auto failed = [](const Status& status) {
    return ReportFailure(status.WithContext("bisect"), IsRefusal(status.code())
                                                           ? Step::kCompile
                                                           : Step::kRun);
  };
  const Result<graph::Graph> graph = ReadGraph(options.session.model);
  if (!graph.ok()) return failed(graph.status());
  const Result<Finding> finding = Search(both, *graph, options.tolerance);
  if (!finding.ok()) return failed(finding.status());
  (*report)["bisect"] = FindingJson(*finding, *graph);
  if (options.json_file != "-") {
    PrintFinding(*finding, *graph, both.tested.backend_name());
  }
  if (options.repro.empty() || finding->kind != Finding::Kind::kNodes) {
    return kExitOk;
  }
  return Reproduce(options, *finding, both);
}

int WriteReport(const std::string& path, const json& report) {
  const std::string text = report.dump(1) + "\n";
  if (path == "-") {
    std::fputs(text.c_str(), stdout);
    return kExitOk;
  }
  const Status written =
      WriteFileAtomically(path, std::as_bytes(std::span(text)));
  if (written.ok()) return kExitOk;
  return ReportError(kErrorWrite, written.message(), kExitResources);
}

int CompareModel(Options options) {
  if (!options.repro.empty() && !options.bisect) {
    return ReportError(kErrorUsage,
                       "--repro: there is nothing to write without a search: "
                       "give --bisect, too",
                       kExitUsage);
  }
  if (!options.inputs.empty()) {
    options.session.input_files = NumberedFiles(options.inputs + "/input_");
    if (options.session.input_files.empty()) {
      return ReportError(kErrorFile,
                         StrCat("folder '", EscapeText(options.inputs),
                                "': no input_0.pb in it: check the path"),
                         kExitUsage);
    }
  }
  Both both{Session(ForReference(options)), Session(options.session)};
  const int ran = RunBoth(&both);
  if (ran != kExitOk) return ran;
  const bool print = options.json_file != "-";
  if (print) PrintHead(both, options.tolerance);
  json outputs = json::array();
  const bool equal = CompareAll(both, options.tolerance, print, &outputs);
  json report = {{"schema", "onnxifi.compare/1"},
                 {"version", VersionText()},
                 {"model", EscapeText(options.session.model)},
                 {"backend", EscapeText(both.tested.backend_name())},
                 {"reference", EscapeText(both.reference.backend_name())},
                 {"seed", options.session.seed},
                 {"rtol", options.tolerance.rtol},
                 {"atol", options.tolerance.atol},
                 {"equal", equal},
                 {"outputs", std::move(outputs)}};
  int code = equal ? kExitOk : kExitComparison;
  if (options.bisect && equal && print) {
    std::printf("bisect  nothing to look for: the outputs are equal\n");
  }
  if (options.bisect && !equal) {
    const int searched = BisectBoth(options, both, &report);
    if (searched != kExitOk) code = searched;
  }
  if (options.json_file.empty()) return code;
  const int written = WriteReport(options.json_file, report);
  return written == kExitOk ? code : written;
}

}  // namespace

void AddCompareCommand(CLI::App& app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "compare", "Run a model on two backends and tell where they differ");
  AddSessionOptions(*command, &options->session);
  command->get_option("--backend")->required();
  command->add_option("--reference", options->reference,
                      "Backend whose results count as right; default: the "
                      "first one that is not the null backend");
  command->add_option("--inputs", options->inputs,
                      "A test_data_set folder: input_0.pb, ... for the inputs "
                      "that --input does not name");
  command->add_option("--rtol", options->tolerance.rtol,
                      "Relative tolerance: |here - reference| <= atol + rtol * "
                      "|reference|");
  command->add_option("--atol", options->tolerance.atol, "Absolute tolerance");
  command->add_flag("--bisect", options->bisect,
                    "Find the first node that makes the outputs differ, by "
                    "moving nodes from the reference to the backend");
  command->add_option("--repro", options->repro,
                      "With --bisect: write what was found as a test case, "
                      "model.onnx and test_data_set_0, to this folder");
  command->add_option("--json", options->json_file,
                      "Write a report as JSON to this file, - for stdout");
  command->callback([options, action] {
    *action = [options] { return CompareModel(*options); };
  });
}

}  // namespace onnxifi::client
