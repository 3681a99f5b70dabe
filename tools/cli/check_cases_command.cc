#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/str_cat.h"
#include "client/case_set.h"
#include "client/file.h"
#include "client/text.h"
#include "graph/onnx_reader.h"
#include "graph/wire_reader.h"
#include "tools/cli/case_runner.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/commands.h"
#include "tools/cli/expectations.h"
#include "tools/cli/worker_pool.h"

namespace onnxifi::client {
namespace {

using nlohmann::json;

struct Options {
  std::vector<std::string> paths;
  std::string filter;
  std::string expect;
  std::string json_file;
  BackendChoice choice;
  WorkerOptions workers;
  bool list_refused = false;
  bool quiet = false;
};

json ToJson(const CaseResult& result) {
  return {{"outcome", static_cast<int>(result.outcome)},
          {"code", result.code},
          {"text", EscapeText(result.text)},
          {"broken_promise", result.broken_promise},
          {"max_rel_error", result.max_rel_error},
          {"milliseconds", result.milliseconds}};
}

CaseResult FromJson(const std::string& text) {
  const json value = json::parse(text, nullptr, false);
  CaseResult result;
  if (!value.is_object()) {
    result.code = "WORKER";
    result.text = "the worker's reply is malformed";
    return result;
  }
  result.outcome = static_cast<Outcome>(value.value("outcome", 1));
  result.code = value.value("code", "");
  result.text = value.value("text", "");
  result.broken_promise = value.value("broken_promise", false);
  // An infinite error travels as null.
  const auto error = value.find("max_rel_error");
  const bool finite = error != value.end() && error->is_number();
  result.max_rel_error = finite ? error->get<double>() : HUGE_VAL;
  result.milliseconds = value.value("milliseconds", 0.0);
  return result;
}

CaseResult FromEnd(const TaskEnd& end, const WorkerOptions& options) {
  if (end.kind == TaskEnd::Kind::kReplied) return FromJson(end.reply);
  CaseResult result;
  result.outcome = Outcome::kCrashed;
  if (end.kind == TaskEnd::Kind::kTimedOut) {
    result.code = "TIMEOUT";
    result.text = StrCat("no result after ", options.timeout_seconds, " s");
  } else {
    result.code = "CRASH";
    result.text = end.how;
  }
  return result;
}

Result<std::vector<TestCase>> CollectCases(const Options& options) {
  std::vector<TestCase> cases;
  for (const std::string& path : options.paths) {
    ONNXIFI_ASSIGN_OR_RETURN(std::vector<TestCase> found, FindCases(path));
    for (TestCase& test : found) {
      if (!options.filter.empty() &&
          ::fnmatch(options.filter.c_str(), test.name.c_str(), 0) != 0) {
        continue;
      }
      cases.push_back(std::move(test));
    }
  }
  if (cases.empty()) {
    return Status(ONNXIFI_STATUS_INVALID_POINTER,
                  StrCat("filter '", EscapeText(options.filter),
                         "': no case has such a name: check the pattern"));
  }
  return cases;
}

void PrintCase(const NamedResult& row, const Options& options) {
  const CaseResult& result = row.result;
  const bool shown = result.outcome == Outcome::kRefused
                         ? options.list_refused || result.broken_promise
                         : result.outcome != Outcome::kPassed;
  if (!shown || options.quiet) return;
  std::printf("%s %s %s: %s%s\n", OutcomeName(result.outcome),
              EscapeText(row.name).c_str(), result.code.c_str(),
              EscapeText(result.text).c_str(),
              result.broken_promise ? " (compatibility had said yes)" : "");
}

void PrintReasons(const std::vector<NamedResult>& rows) {
  std::map<std::string, size_t> reasons;
  for (const NamedResult& row : rows) {
    if (row.result.outcome == Outcome::kPassed) continue;
    ++reasons[StrCat(OutcomeName(row.result.outcome), " ", row.result.code)];
  }
  std::vector<std::pair<std::string, size_t>> sorted(reasons.begin(),
                                                     reasons.end());
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [reason, count] : sorted) {
    std::printf("%6zu  %s\n", count, reason.c_str());
  }
}

struct Totals {
  size_t passed = 0;
  size_t failed = 0;
  size_t refused = 0;
  size_t crashed = 0;
  size_t broken_promises = 0;
};

Totals Count(const std::vector<NamedResult>& rows) {
  Totals totals;
  for (const NamedResult& row : rows) {
    totals.broken_promises += row.result.broken_promise ? 1 : 0;
    switch (row.result.outcome) {
      case Outcome::kPassed:
        ++totals.passed;
        break;
      case Outcome::kFailed:
        ++totals.failed;
        break;
      case Outcome::kRefused:
        ++totals.refused;
        break;
      case Outcome::kCrashed:
        ++totals.crashed;
        break;
    }
  }
  return totals;
}

Status WriteJson(const std::string& path, const std::string& backend,
                 const std::vector<NamedResult>& rows, const Totals& totals) {
  json cases = json::array();
  for (const NamedResult& row : rows) {
    json value = ToJson(row.result);
    value["name"] = EscapeText(row.name);
    value["outcome"] = OutcomeName(row.result.outcome);
    cases.push_back(std::move(value));
  }
  const json report = {{"schema", "onnxifi.check-cases/1"},
                       {"backend", EscapeText(backend)},
                       {"passed", totals.passed},
                       {"failed", totals.failed},
                       {"refused", totals.refused},
                       {"crashed", totals.crashed},
                       {"broken_promises", totals.broken_promises},
                       {"cases", std::move(cases)}};
  const std::string text = report.dump(1) + "\n";
  if (path == "-") {
    std::fputs(text.c_str(), stdout);
    return Status::Ok();
  }
  return WriteFileAtomically(path, std::as_bytes(std::span(text)));
}

// The file of --expect; empty without one.
Result<std::optional<Expectations>> ReadExpectations(const std::string& path) {
  if (path.empty()) return std::optional<Expectations>();
  ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file, graph::MapFile(path));
  ONNXIFI_ASSIGN_OR_RETURN(Expectations expected,
                           ParseExpectations(graph::Text(file.bytes)));
  return std::optional<Expectations>(std::move(expected));
}

// The verdict over all rows.
int Conclude(const std::optional<Expectations>& expected,
             const std::vector<NamedResult>& rows, const Totals& totals) {
  if (!expected.has_value()) {
    return totals.failed + totals.crashed == 0 ? kExitOk : kExitComparison;
  }
  const std::vector<std::string> differences =
      CheckExpectations(*expected, rows);
  for (const std::string& line : differences) {
    ReportError(kErrorExpectation, line, kExitComparison);
  }
  return differences.empty() ? kExitOk : kExitComparison;
}

int CheckCases(const Options& options) {
  Result<std::vector<TestCase>> found = CollectCases(options);
  if (!found.ok()) {
    return ReportError(kErrorNoCase, found.status().message(), kExitUsage);
  }
  std::vector<TestCase> cases = std::move(found).value();
  const Result<std::optional<Expectations>> expected =
      ReadExpectations(options.expect);
  if (!expected.ok()) {
    return ReportError(kErrorFile, expected.status().message(), kExitUsage);
  }
  size_t random = 0;
  for (TestCase& test : cases) {
    if (!expected.value().has_value()) break;
    test.random = RandomRange(*expected.value(), test.name);
    random += test.random.has_value() ? 1 : 0;
  }
  std::vector<NamedResult> rows(cases.size());
  std::string backend;

  const WorkerSetup setup = [&]() -> Result<TaskFunction> {
    ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const CaseRunner> runner,
                             CaseRunner::Open(options.choice));
    return TaskFunction([runner, &cases](size_t i) {
      json reply = ToJson(runner->Run(cases[i]));
      reply["backend"] = EscapeText(runner->backend_name());
      return reply.dump();
    });
  };
  const auto done = [&](size_t i, const TaskEnd& end) {
    rows[i] = {cases[i].name, FromEnd(end, options.workers)};
    if (backend.empty() && end.kind == TaskEnd::Kind::kReplied) {
      const json reply = json::parse(end.reply, nullptr, false);
      if (reply.is_object()) backend = reply.value("backend", "");
    }
    PrintCase(rows[i], options);
    std::fflush(stdout);
  };
  const Status ran = RunInWorkers(cases.size(), options.workers, setup, done);
  if (!ran.ok()) return ReportFailure(ran, Step::kLoad);

  const Totals totals = Count(rows);
  if (!options.json_file.empty()) {
    const Status written = WriteJson(options.json_file, backend, rows, totals);
    if (!written.ok()) {
      return ReportError(kErrorWrite, written.message(), kExitResources);
    }
  }
  const int verdict = Conclude(expected.value(), rows, totals);
  if (options.json_file == "-") return verdict;
  std::printf("backend %s, %zu cases\n", backend.c_str(), rows.size());
  PrintReasons(rows);
  if (random != 0) {
    std::printf("%6zu  compared by type, shape and range only\n", random);
  }
  if (totals.broken_promises != 0) {
    std::printf("%6zu  refused after compatibility had said yes\n",
                totals.broken_promises);
  }
  std::printf("%zu passed, %zu failed, %zu refused, %zu crashed\n",
              totals.passed, totals.failed, totals.refused, totals.crashed);
  return verdict;
}

}  // namespace

void AddCheckCasesCommand(CLI::App& app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "check-cases", "Run ONNX test-case folders through the interface");
  command
      ->add_option("DIR", options->paths,
                   "Folders with cases, or models X.onnx with "
                   "X_output_0.pb beside them")
      ->required();
  command->add_option("--backend", options->choice.backend,
                      "Index, name or part of the name of the backend");
  command->add_option("--plugin", options->choice.plugin,
                      "Use this plugin file and no other");
  command->add_option("--filter", options->filter,
                      "Only cases whose name matches the glob");
  command->add_option("--jobs", options->workers.jobs, "Worker processes")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--timeout", options->workers.timeout_seconds,
                   "Seconds for one case")
      ->check(CLI::Range(1, 86400));
  command->add_option("--expect", options->expect,
                      "File of lines 'refused|failed|crashed COUNT|any GLOB "
                      "REASON': what may not pass, and 'random COUNT GLOB "
                      "LOW..HIGH REASON': what has random outputs");
  command->add_option("--json", options->json_file,
                      "Write the results as JSON to this file, - for stdout");
  command->add_flag("--list-refused", options->list_refused,
                    "Print refused cases too");
  command->add_flag("--quiet", options->quiet, "Print the summary only");
  command->callback([options, action] {
    // With JSON on stdout, the lines for people would spoil it.
    if (options->json_file == "-") options->quiet = true;
    *action = [options] { return CheckCases(*options); };
  });
}

}  // namespace onnxifi::client
