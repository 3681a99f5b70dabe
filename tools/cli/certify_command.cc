#include <unistd.h>

#include <cstdio>
#include <memory>
#include <random>
#include <string>

#include "base/cpu_count.h"
#include "base/str_cat.h"
#include "client/text.h"
#include "conformance/cases/case_archive.h"
#include "conformance/runner/certify.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/commands.h"

namespace onnxifi::client {
namespace {

using conformance::CertifyResult;
using conformance::Outcome;
using conformance::Record;

struct Options {
  conformance::CertifyOptions certify;
  std::string tier = "full";
  std::string shard;
  bool list = false;
  bool quiet = false;
  bool seeded = false;
};

// "I/N", I from 0.
bool ParseShard(const std::string& text, conformance::Selection* selection) {
  if (text.empty()) return true;
  unsigned long long index = 0;
  unsigned long long count = 0;
  char end = 0;
  if (std::sscanf(text.c_str(), "%llu/%llu%c", &index, &count, &end) != 2 ||
      count == 0 || count > 10000 || index >= count) {
    return false;
  }
  selection->shard = index;
  selection->shards = count;
  return true;
}

int ListTests(const Options& options) {
  std::unique_ptr<conformance::CaseArchive> archive;
  const std::string path = options.certify.archive.empty()
                               ? conformance::InstalledArchive()
                               : options.certify.archive;
  if (!path.empty()) {
    Result<conformance::CaseArchive> opened =
        conformance::CaseArchive::Open(path);
    if (!opened.ok())
      return ReportError(kErrorFile, opened.status().message(), kExitUsage);
    archive =
        std::make_unique<conformance::CaseArchive>(std::move(opened.value()));
  }
  for (const conformance::TestInfo& test : Select(
           conformance::AllTests(archive.get()), options.certify.selection)) {
    std::string requirements;
    for (const std::string& id : test.requirements) requirements += " " + id;
    std::printf("%s %s%s\n", test.name.c_str(), ProfileName(test.profile),
                requirements.c_str());
  }
  return kExitOk;
}

// A bar on a terminal; failures always.
void ShowProgress(const Options& options, const Record& record, size_t done,
                  size_t all) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  if (terminal) std::fprintf(stderr, "\r\033[K");
  if (!Certifies(record.outcome) && !options.quiet) {
    std::printf("%s %s: %s\n", OutcomeName(record.outcome), record.test.c_str(),
                EscapeText(record.reason).c_str());
    std::fflush(stdout);
  }
  if (!terminal) return;
  constexpr size_t kWidth = 30;
  const size_t filled = all == 0 ? kWidth : done * kWidth / all;
  std::fprintf(stderr, "[%s%s] %zu/%zu %s", std::string(filled, '#').c_str(),
               std::string(kWidth - filled, ' ').c_str(), done, all,
               done == all ? "\n" : record.test.c_str());
}

void PrintSummary(const Options& options, const CertifyResult& result) {
  const conformance::Verdict& verdict = result.verdict;
  constexpr size_t kShown = 20;
  if (!verdict.failed.empty() && !options.quiet) {
    std::printf("\nto run one of them again:\n");
    for (size_t i = 0; i < verdict.failed.size() && i < kShown; ++i) {
      std::printf("  onnxifi certify '%s' --seed %llu --filter '%s'\n",
                  EscapeText(options.certify.plugin).c_str(),
                  static_cast<unsigned long long>(options.certify.seed),
                  verdict.failed[i].c_str());
    }
    if (verdict.failed.size() > kShown) {
      std::printf("  ... and %zu more\n", verdict.failed.size() - kShown);
    }
  }
  for (const std::string& problem : verdict.problems) {
    std::printf("problem: %s\n", EscapeText(problem).c_str());
  }
  std::string counts;
  for (const auto& [outcome, count] : verdict.counts) {
    counts +=
        StrCat(counts.empty() ? "" : ", ", count, " ", OutcomeName(outcome));
  }
  std::printf("%s; %zu waived; seed %llu\n", counts.c_str(), verdict.waived,
              static_cast<unsigned long long>(options.certify.seed));
  std::printf("%s\n", verdict.certified() ? "CERTIFIED"
                      : verdict.passed()  ? "PASSED, not all of the suite"
                                          : "NOT CERTIFIED");
}

int Run(Options& options) {
  options.certify.selection.quick = options.tier == "quick";
  if (!ParseShard(options.shard, &options.certify.selection)) {
    return ReportError(kErrorUsage,
                       StrCat("shard '", EscapeText(options.shard),
                              "': I/N with I below N is expected: --shard 0/4"),
                       kExitUsage);
  }
  if (options.list) return ListTests(options);
  if (!options.seeded) {
    // Small enough to be typed again.
    options.certify.seed = std::random_device{}() % 1000000;
  }
  const Result<CertifyResult> result = Certify(
      options.certify, [&](const Record& record, size_t done, size_t all) {
        ShowProgress(options, record, done, all);
      });
  if (!result.ok())
    return ReportError(kErrorFile, result.status().message(), kExitUsage);
  PrintSummary(options, result.value());
  return result.value().verdict.passed() ? kExitOk : kExitComparison;
}

}  // namespace

void AddCertifyCommand(CLI::App& app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "certify", "Tests whether a plugin keeps every promise of the interface");
  options->certify.jobs = static_cast<int>(AvailableCpus());
  command->add_option("plugin", options->certify.plugin, "The plugin's file");
  command->add_option("--backend", options->certify.backend,
                      "Index of the backend, when the plugin has several");
  command->add_option("--profile", options->certify.vendor_profile,
                      "What the vendor claims, and waivers: a JSON file");
  command->add_option("--tier", options->tier, "quick or full")
      ->check(CLI::IsMember({"quick", "full"}));
  command->add_option("--filter", options->certify.selection.filter,
                      "Only tests whose names match this pattern");
  command
      ->add_option("--only-profile", options->certify.selection.profiles,
                   "Only tests of these profiles")
      ->check(CLI::IsMember(
          {"core", "dynamic", "fp16", "quantised", "async", "memory"}));
  command->add_option("--shard", options->shard,
                      "I/N: the I-th of N parts, from 0");
  command->add_option("--jobs", options->certify.jobs, "Processes at a time")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--seed", options->certify.seed,
                   "Seed of all that is random; without it a new one")
      ->each([options](const std::string&) { options->seeded = true; });
  command->add_option("--results", options->certify.results,
                      "File for the results, a line of JSON for each test");
  command->add_flag("--resume", options->certify.resume,
                    "Go on with the results file");
  command->add_option("--artifacts", options->certify.artifacts,
                      "Folder for models, inputs and outputs of failures");
  command->add_option("--cases", options->certify.archive,
                      "Archive of cases instead of the installed one");
  command
      ->add_option("--time-factor", options->certify.time_factor,
                   "Times all limits: more than 1 for slow machines")
      ->check(CLI::Range(0.1, 1000.0));
  command->add_flag("--list", options->list, "Print the tests, run none");
  command->add_flag("--quiet", options->quiet, "Print the summary alone");
  command->callback([=] {
    *action = [options] {
      if (options->certify.plugin.empty() && !options->list) {
        return ReportError(kErrorUsage,
                           "plugin: no file is given: onnxifi certify PLUGIN",
                           kExitUsage);
      }
      return Run(*options);
    };
  });
}

}  // namespace onnxifi::client
