#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "base/str_cat.h"
#include "client/file.h"
#include "client/text.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/commands.h"
#include "tools/cli/session.h"
#include "tools/cli/version.h"

namespace onnxifi::client {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

// A verdict needs this much: fewer runs say little about the tail, and a
// spread or a drift above these means that something else used the machine.
constexpr double kMaxCoV = 0.10;
constexpr double kMaxDrift = 0.05;

struct Options {
  SessionOptions session;
  double duration = 3;
  double warmup = 0.2;
  size_t min_runs = 10;
  std::string json_file;
};

struct Row {
  const char* name;
  double fraction;
};
constexpr Row kPercentiles[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}};

struct Figures {
  double first_ms = 0;
  std::vector<double> sorted_ms;
  std::vector<double> in_order_ms;
  double wall_s = 0;
  double cpu_s = 0;
  double mean_ms = 0;
  double cov = 0;
  double drift = 0;  // median of the second half / of the first half - 1
  std::vector<std::string> invalid;
};

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double PeakMegabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double Percentile(const std::vector<double>& sorted, double fraction) {
  const auto rank = static_cast<size_t>(
      std::ceil(fraction * static_cast<double>(sorted.size())));
  return sorted[std::clamp<size_t>(rank, 1, sorted.size()) - 1];
}

Status Measure(Session& session, const Options& options, Figures* figures) {
  ONNXIFI_ASSIGN_OR_RETURN(figures->first_ms, session.Run());
  const auto elapsed = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  for (const auto start = Clock::now(); elapsed(start) < options.warmup;) {
    ONNXIFI_RETURN_IF_ERROR(session.Run().status());
  }
  const double cpu = CpuSeconds();
  const auto start = Clock::now();
  while (elapsed(start) < options.duration ||
         figures->in_order_ms.size() < options.min_runs) {
    ONNXIFI_ASSIGN_OR_RETURN(const double milliseconds, session.Run());
    figures->in_order_ms.push_back(milliseconds);
  }
  figures->wall_s = elapsed(start);
  figures->cpu_s = CpuSeconds() - cpu;
  return Status::Ok();
}

void Evaluate(const Options& options, Figures* figures) {
  const std::vector<double>& runs = figures->in_order_ms;
  figures->sorted_ms = runs;
  std::sort(figures->sorted_ms.begin(), figures->sorted_ms.end());
  const auto count = static_cast<double>(runs.size());
  figures->mean_ms = std::accumulate(runs.begin(), runs.end(), 0.0) / count;
  double squares = 0;
  for (const double run : runs) {
    squares += (run - figures->mean_ms) * (run - figures->mean_ms);
  }
  figures->cov = std::sqrt(squares / count) / figures->mean_ms;
  const auto half = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
  figures->drift =
      Median({half, runs.end()}) / Median({runs.begin(), half}) - 1;

  const auto percent = [](double part) { return FixedText(part * 100, 1); };
  if (runs.size() < options.min_runs || runs.size() < 10) {
    figures->invalid.push_back(
        StrCat("only ", runs.size(), " runs: raise --duration"));
  }
  if (figures->cov > kMaxCoV) {
    figures->invalid.push_back(StrCat("unstable, CoV ", percent(figures->cov),
                                      " % above ", percent(kMaxCoV),
                                      " %: stop other work on the machine"));
  }
  if (std::fabs(figures->drift) > kMaxDrift) {
    figures->invalid.push_back(
        StrCat("drift ", percent(figures->drift),
               " % between the halves: warm up longer, check the clock"));
  }
}

void Print(const Session& session, const Options& options,
           const Figures& figures) {
  std::printf("backend %s  threads %s  inputs seed %llu, transfers none\n",
              EscapeText(session.backend_name()).c_str(),
              session.options().threads > 0
                  ? std::to_string(session.options().threads).c_str()
                  : "default",
              static_cast<unsigned long long>(session.options().seed));
  std::printf("load %s ms  compile %s ms  first run %s ms\n",
              MillisecondsText(session.load_ms()).c_str(),
              MillisecondsText(session.compile_ms()).c_str(),
              MillisecondsText(figures.first_ms).c_str());
  std::printf("latency ms  min %s",
              MillisecondsText(figures.sorted_ms.front()).c_str());
  for (const Row& row : kPercentiles) {
    std::printf(
        "  %s %s", row.name,
        MillisecondsText(Percentile(figures.sorted_ms, row.fraction)).c_str());
  }
  std::printf("  max %s  mean %s  CoV %s %%\n",
              MillisecondsText(figures.sorted_ms.back()).c_str(),
              MillisecondsText(figures.mean_ms).c_str(),
              FixedText(figures.cov * 100, 1).c_str());
  const auto count = static_cast<double>(figures.sorted_ms.size());
  std::printf("throughput %s inf/s  CPU time %s ms a run  peak RSS %s MB\n",
              FixedText(count / figures.wall_s, 1).c_str(),
              MillisecondsText(figures.cpu_s * 1000 / count).c_str(),
              FixedText(PeakMegabytes(), 0).c_str());
  std::printf("Result: %s (%zu runs, %s s, warm-up %s s)\n",
              figures.invalid.empty() ? "VALID" : "INVALID",
              figures.sorted_ms.size(), FixedText(figures.wall_s, 1).c_str(),
              FixedText(options.warmup, 1).c_str());
  for (const std::string& reason : figures.invalid) {
    std::printf("  %s\n", reason.c_str());
  }
}

Status WriteReport(const Session& session, const Options& options,
                   const Figures& figures) {
  json latency = {{"min", figures.sorted_ms.front()},
                  {"max", figures.sorted_ms.back()},
                  {"mean", figures.mean_ms}};
  for (const Row& row : kPercentiles) {
    latency[row.name] = Percentile(figures.sorted_ms, row.fraction);
  }
  const auto count = static_cast<double>(figures.sorted_ms.size());
  const json report = {{"schema", "onnxifi.bench/1"},
                       {"version", VersionText()},
                       {"model", EscapeText(session.options().model)},
                       {"backend", EscapeText(session.backend_name())},
                       {"threads", session.options().threads},
                       {"seed", session.options().seed},
                       {"runs", figures.sorted_ms.size()},
                       {"ms",
                        {{"load", session.load_ms()},
                         {"compile", session.compile_ms()},
                         {"first", figures.first_ms},
                         {"latency", std::move(latency)}}},
                       {"cov", figures.cov},
                       {"drift", figures.drift},
                       {"throughput", count / figures.wall_s},
                       {"cpu_ms_per_run", figures.cpu_s * 1000 / count},
                       {"peak_rss_mb", PeakMegabytes()},
                       {"valid", figures.invalid.empty()},
                       {"reasons", figures.invalid}};
  const std::string text = report.dump(1) + "\n";
  if (options.json_file != "-") {
    return WriteFileAtomically(options.json_file,
                               std::as_bytes(std::span(text)));
  }
  std::fputs(text.c_str(), stdout);
  return Status::Ok();
}

int Bench(const Options& options) {
  Session session(options.session);
  const int prepared = session.Prepare(nullptr);
  if (prepared != kExitOk) return prepared;
  Figures figures;
  const Status measured = Measure(session, options, &figures);
  if (!measured.ok()) return ReportFailure(measured, Step::kRun);
  Evaluate(options, &figures);
  if (options.json_file != "-") Print(session, options, figures);
  if (options.json_file.empty()) return kExitOk;
  const Status written = WriteReport(session, options, figures);
  if (written.ok()) return kExitOk;
  return ReportError(kErrorWrite, written.message(), kExitResources);
}

}  // namespace

void AddBenchCommand(CLI::App& app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("bench", "Measure load, compile and run times");
  AddSessionOptions(*command, &options->session);
  command->add_option("--duration", options->duration, "Seconds of measuring")
      ->check(CLI::Range(0.001, 86400.0));
  command->add_option("--warmup", options->warmup, "Seconds of warm-up")
      ->check(CLI::Range(0.0, 86400.0));
  command->add_option("--min-runs", options->min_runs, "Runs at least")
      ->check(CLI::Range(2, 1000000000));
  command->add_option("--json", options->json_file,
                      "Write a report as JSON to this file, - for stdout");
  command->callback(
      [options, action] { *action = [options] { return Bench(*options); }; });
}

}  // namespace onnxifi::client
