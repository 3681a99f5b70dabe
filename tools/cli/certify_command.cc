#include <cstdio>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/cpu_count.h"
#include "base/str_cat.h"
#include "client/file.h"
#include "client/sha256.h"
#include "client/text.h"
#include "conformance/report/merge.h"
#include "conformance/report/verify.h"
#include "conformance/runner/certify.h"
#include "graph/onnx_reader.h"
#include "tools/cli/certify_report.h"
#include "tools/cli/cli_error.h"
#include "tools/cli/commands.h"

namespace onnxifi::client {
namespace {

using conformance::CertifyResult;
using conformance::Record;

struct Options {
  conformance::CertifyOptions certify;
  std::string tier = "full";
  std::string shard;
  CertifyFiles files;
  std::vector<std::string> merge;  // results of shards
  std::string verify;              // a bundle
  std::string certificate;         // the number it must have
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
  const Result<conformance::SuiteFacts> suite =
      conformance::ReadSuiteFacts(options.certify.archive);
  if (!suite.ok()) {
    return ReportError(kErrorFile, suite.status().message(), kExitUsage);
  }
  for (const conformance::TestInfo& test :
       Select(suite->tests, options.certify.selection)) {
    std::string requirements;
    for (const std::string& id : test.requirements) requirements += " " + id;
    std::printf("%s %s%s\n", test.name.c_str(), ProfileName(test.profile),
                requirements.c_str());
  }
  return kExitOk;
}

// Without one of the user: that of the run that goes on, or a new one, small
// enough to be typed again.
uint64_t ChooseSeed(const conformance::CertifyOptions& options) {
  if (options.resume) {
    const Result<conformance::Results> results =
        conformance::ReadResults(options.results);
    if (results.ok()) return results->header.seed;
  }
  return std::random_device{}() % 1000000;
}

// Merges results instead of running anything.
Result<CertifyResult> Merge(const Options& options) {
  std::vector<conformance::ShardResults> shards;
  for (const std::string& path : options.merge) {
    ONNXIFI_ASSIGN_OR_RETURN(conformance::Results results,
                             conformance::ReadResults(path));
    shards.push_back({path, std::move(results)});
  }
  ONNXIFI_ASSIGN_OR_RETURN(conformance::Results merged,
                           conformance::MergeShards(shards));
  if (!options.certify.results.empty()) {
    const std::string text = ToText(merged);
    ONNXIFI_RETURN_IF_ERROR(WriteFileAtomically(
        options.certify.results, std::as_bytes(std::span(text))));
  }
  return conformance::JudgeResults(std::move(merged),
                                   options.certify.vendor_profile);
}

Result<conformance::VerifyReport> VerifyFile(const Options& options) {
  conformance::VerifyOptions verify;
  verify.certificate = options.certificate;
  verify.today = conformance::Today();
  if (!options.certify.plugin.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(verify.plugin_sha256,
                             Sha256OfFile(options.certify.plugin));
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      const conformance::SuiteFacts suite,
      conformance::ReadSuiteFacts(options.certify.archive));
  ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file,
                           graph::MapFile(options.verify));
  return conformance::VerifyBundle(
      {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()},
      suite, verify);
}

int Verify(const Options& options) {
  const Result<conformance::VerifyReport> report = VerifyFile(options);
  if (!report.ok()) {
    return ReportError(kErrorFile, report.status().message(), kExitUsage);
  }
  PrintVerification(*report);
  // A bundle of a plugin that went wrong is in order, and no good news.
  return report->problems.empty() && report->certificate.problems.empty()
             ? kExitOk
             : kExitComparison;
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
  if (!options.verify.empty()) return Verify(options);
  if (!options.seeded) options.certify.seed = ChooseSeed(options.certify);
  const Result<CertifyResult> result =
      !options.merge.empty()
          ? Merge(options)
          : Certify(options.certify,
                    [&](const Record& record, size_t done, size_t all) {
                      ShowCertifyProgress(record, done, all, options.quiet);
                    });
  if (!result.ok()) {
    return ReportError(kErrorFile, result.status().message(), kExitUsage);
  }
  PrintCertifySummary(*result, options.quiet);
  if (const Status status =
          WriteCertifyFiles(*result, options.certify.archive, options.files);
      !status.ok()) {
    return ReportError(kErrorWrite, status.message(), kExitUsage);
  }
  const bool enough = options.files.certificate.empty()
                          ? result->verdict.passed()
                          : result->verdict.certified();
  return enough ? kExitOk : kExitComparison;
}

void AddSelection(CLI::App* command, const std::shared_ptr<Options>& options) {
  conformance::CertifyOptions& certify = options->certify;
  command->add_option("--tier", options->tier, "quick or full")
      ->check(CLI::IsMember({"quick", "full"}));
  command->add_option(
      "--filter", certify.selection.filter,
      "Only tests whose names match one of these patterns: A,B");
  command
      ->add_option("--only-profile", certify.selection.profiles,
                   "Only tests of these profiles")
      ->check(CLI::IsMember(
          {"core", "dynamic", "fp16", "quantised", "async", "memory"}));
  command->add_option("--shard", options->shard,
                      "I/N: the I-th of N parts, from 0");
  command
      ->add_option("--seed", certify.seed,
                   "Seed of all that is random; without it a new one")
      ->each([options](const std::string&) { options->seeded = true; });
  command->add_flag("--list", options->list, "Print the tests, run none");
}

void AddLimits(CLI::App* command, conformance::CertifyOptions* certify) {
  certify->jobs = static_cast<int>(AvailableCpus());
  command->add_option("--jobs", certify->jobs, "Processes at a time")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--time-factor", certify->time_factor,
                   "Times all limits: more than 1 for slow machines")
      ->check(CLI::Range(0.1, 1000.0));
  command
      ->add_option_function<uint64_t>(
          "--memory-limit",
          [certify](uint64_t mebibytes) {
            certify->memory_limit = static_cast<size_t>(mebibytes) << 20;
          },
          "MiB that the process of a test may take; default 8192")
      ->check(CLI::Range(64, 1 << 20));
}

void AddFiles(CLI::App* command, Options* options) {
  command->add_option("--results", options->certify.results,
                      "File for the results, a line of JSON for each test");
  command->add_flag("--resume", options->certify.resume,
                    "Go on with the results file");
  command->add_option("--artifacts", options->certify.artifacts,
                      "Folder for models, inputs and outputs of failures");
  command->add_option("--cases", options->certify.archive,
                      "Archive of cases instead of the installed one");
  command->add_option("--junit", options->files.junit,
                      "Write a report for CI systems");
  command->add_option("--html", options->files.html, "Write a page to read");
  command->add_option("--bundle", options->files.bundle,
                      "Write all that is needed to verify the run elsewhere");
  command->add_option("--certificate-out", options->files.certificate,
                      "Write the certificate, to be put beside the plugin");
}

void AddOthers(CLI::App* command, Options* options) {
  auto* merge = command->add_option(
      "--merge", options->merge,
      "Run nothing: make one result of these of all shards");
  command
      ->add_option("--verify", options->verify,
                   "Run nothing: check this bundle, and the plugin if one is "
                   "given")
      ->excludes(merge);
  command->add_option("--certificate", options->certificate,
                      "The number that the bundle must have");
}

}  // namespace

void AddCertifyCommand(CLI::App& app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "certify", "Tests whether a plugin keeps every promise of the interface");
  command->add_option("plugin,--plugin", options->certify.plugin,
                      "The plugin's file");
  command->add_option("--backend", options->certify.backend,
                      "Index of the backend, when the plugin has several");
  command->add_option("--profile", options->certify.vendor_profile,
                      "What the vendor claims, and waivers: a JSON file");
  AddSelection(command, options);
  AddLimits(command, &options->certify);
  AddFiles(command, options.get());
  AddOthers(command, options.get());
  command->add_flag("--quiet", options->quiet, "Print the summary alone");
  command->callback([=] {
    *action = [options] {
      const bool runs =
          !options->list && options->merge.empty() && options->verify.empty();
      if (options->certify.plugin.empty() && runs) {
        return ReportError(kErrorUsage,
                           "plugin: no file is given: onnxifi certify PLUGIN",
                           kExitUsage);
      }
      return Run(*options);
    };
  });
}

}  // namespace onnxifi::client
