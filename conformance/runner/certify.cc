#include "conformance/runner/certify.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "base/str_cat.h"
#include "client/sha256.h"
#include "conformance/cases/case_archive.h"
#include "conformance/runner/results_file.h"
#include "graph/onnx_reader.h"

namespace onnxifi::conformance {
namespace {

Result<std::string> ReadText(const std::string& path) {
  if (path.empty()) return std::string();
  ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file, graph::MapFile(path));
  return std::string(reinterpret_cast<const char*>(file.bytes.data()),
                     file.bytes.size());
}

Status ReadProfile(const std::string& path, CertifyResult* result) {
  ONNXIFI_ASSIGN_OR_RETURN(result->profile_text, ReadText(path));
  if (path.empty()) return Status::Ok();
  ONNXIFI_ASSIGN_OR_RETURN(result->profile,
                           ParseVendorProfile(result->profile_text));
  return Status::Ok();
}

// The whole path: workers must not depend on where they are started.
Result<std::string> WholePath(const std::string& path) {
  char whole[PATH_MAX];
  if (::realpath(path.c_str(), whole) == nullptr) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  StrCat("'", path, "': there is no such file"));
  }
  return std::string(whole);
}

Result<RunHeader> MakeHeader(const CertifyOptions& options,
                             const WorkOrder& order,
                             const std::vector<TestInfo>& tests) {
  RunHeader header;
  header.suite = ONNXIFI_SUITE_VERSION;
  ONNXIFI_ASSIGN_OR_RETURN(header.suite_sha256,
                           client::Sha256OfFile("/proc/self/exe"));
  header.plugin = order.plugin;
  ONNXIFI_ASSIGN_OR_RETURN(header.plugin_sha256,
                           client::Sha256OfFile(order.plugin));
  if (!order.archive.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(header.archive_sha256,
                             client::Sha256OfFile(order.archive));
  }
  if (!order.profile.empty()) {
    header.profile_sha256 = client::Sha256Of(order.profile);
  }
  header.backend = options.backend;
  header.seed = options.seed;
  header.tier = options.selection.quick ? "quick" : "full";
  header.filter = FilterText(options.selection);
  header.shard = options.selection.shard;
  header.shards = options.selection.shards;
  header.tests = tests.size();
  header.list_sha256 = HashOfNames(NamesOf(tests));
  return header;
}

// Results of two builds are results of none.
Status CheckUnchanged(const RunHeader& header) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::string hash,
                           client::Sha256OfFile(header.plugin));
  if (hash == header.plugin_sha256) return Status::Ok();
  return Status(ONNXIFI_STATUS_INVALID_STATE,
                StrCat("'", header.plugin,
                       "' was replaced while the suite ran: run it again"));
}

Result<ResultsFile> OpenResults(const CertifyOptions& options,
                                const std::string& path,
                                const RunHeader& header, Results* results) {
  if (options.resume && ::access(path.c_str(), F_OK) == 0) {
    return ResultsFile::Resume(path, header, results);
  }
  return ResultsFile::Create(path, header);
}

// A nameless place for results that nobody wants to keep.
std::string TemporaryResults() {
  char path[] = "/tmp/onnxifi-certify-XXXXXX";
  const int fd = ::mkstemp(path);
  if (fd >= 0) ::close(fd);
  return path;
}

}  // namespace

std::string InstalledArchive() {
  char program[PATH_MAX];
  const ssize_t size = ::readlink("/proc/self/exe", program, sizeof(program));
  if (size <= 0 || size == PATH_MAX) return "";
  std::string path(program, static_cast<size_t>(size));
  for (int i = 0; i < 2; ++i) path.resize(path.rfind('/'));
  path += "/share/onnxifi/conformance/cases.tar";
  return ::access(path.c_str(), R_OK) == 0 ? path : "";
}

std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  char text[16];
  ::gmtime_r(&now, &parts);
  std::strftime(text, sizeof(text), "%Y-%m-%d", &parts);
  return text;
}

Result<CertifyResult> Certify(const CertifyOptions& options,
                              const Progress& progress) {
  CertifyResult result;
  RunnerOptions run;
  ONNXIFI_ASSIGN_OR_RETURN(run.order.plugin, WholePath(options.plugin));
  ONNXIFI_RETURN_IF_ERROR(ReadProfile(options.vendor_profile, &result));
  run.order.profile = result.profile_text;
  run.order.archive =
      options.archive.empty() ? InstalledArchive() : options.archive;
  std::optional<CaseArchive> archive;
  if (!run.order.archive.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(run.order.archive, WholePath(run.order.archive));
    ONNXIFI_ASSIGN_OR_RETURN(archive, CaseArchive::Open(run.order.archive));
  }
  run.order.backend = options.backend;
  run.order.seed = options.seed;
  if (!options.artifacts.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.artifacts, error);
    if (error) {
      return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES,
                    StrCat("no folder '", options.artifacts,
                           "' for artifacts: ", error.message()));
    }
  }
  run.order.artifacts = options.artifacts;
  run.jobs = options.jobs;
  run.time_factor = options.time_factor;
  run.memory_limit = options.memory_limit;

  std::vector<TestInfo> tests = Select(
      AllTests(archive.has_value() ? &*archive : nullptr), options.selection);
  // A shard of few tests may get none, and is complete then.
  if (tests.empty() && options.selection.shards == 1) {
    return Status(
        ONNXIFI_STATUS_INVALID_POINTER,
        StrCat("no test is chosen by filter '", options.selection.filter, "'"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const RunHeader header,
                           MakeHeader(options, run.order, tests));
  const std::string path =
      options.results.empty() ? TemporaryResults() : options.results;
  ONNXIFI_ASSIGN_OR_RETURN(ResultsFile file,
                           OpenResults(options, path, header, &result.results));
  if (options.results.empty()) ::unlink(path.c_str());
  result.results.header = header;

  std::set<std::string> known;
  for (const Record& record : result.results.records) known.insert(record.test);
  const size_t all = tests.size();
  std::erase_if(
      tests, [&](const TestInfo& test) { return known.count(test.name) != 0; });
  ONNXIFI_RETURN_IF_ERROR(
      RunTests(tests, result.profile, run, [&](const Record& record) -> Status {
        ONNXIFI_RETURN_IF_ERROR(file.Append(record));
        result.results.records.push_back(record);
        progress(record, result.results.records.size(), all);
        return Status::Ok();
      }));
  ONNXIFI_RETURN_IF_ERROR(CheckUnchanged(header));
  result.date = Today();
  result.verdict = Judge(result.results, result.profile, result.date);
  return result;
}

Result<CertifyResult> JudgeResults(Results results,
                                   const std::string& vendor_profile) {
  CertifyResult result;
  ONNXIFI_RETURN_IF_ERROR(ReadProfile(vendor_profile, &result));
  const std::string hash = result.profile_text.empty()
                               ? std::string()
                               : client::Sha256Of(result.profile_text);
  if (hash != results.header.profile_sha256) {
    return Status(ONNXIFI_STATUS_INVALID_STATE,
                  "the vendor profile is not the one of the run: give with "
                  "--profile what the run was given");
  }
  result.results = std::move(results);
  result.date = Today();
  result.verdict = Judge(result.results, result.profile, result.date);
  return result;
}

}  // namespace onnxifi::conformance
