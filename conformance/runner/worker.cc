#include "conformance/runner/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/str_cat.h"
#include "client/file.h"
#include "conformance/cases/case_archive.h"
#include "conformance/runner/record.h"
#include "conformance/runner/seal.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using Json = nlohmann::json;

// Of this worker; written once, before there is a plugin.
std::string& SealKey() {
  static std::string* const key = new std::string();
  return *key;
}

// The order stands in a file that the plugin could read again.
std::string TakeInput() {
  std::string text((std::istreambuf_iterator<char>(std::cin)),
                   std::istreambuf_iterator<char>());
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) {
    ::dup2(nothing, STDIN_FILENO);
    ::close(nothing);
  }
  return text;
}

void KeepArtifacts(const Test& test, const std::string& folder,
                   const std::string& name) {
  if (folder.empty() || test.artifacts().empty()) return;
  std::string path = folder;
  std::string file = name;
  for (char& c : file) {
    if (c == '/') c = '.';
  }
  path += "/" + file;
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) return;
  for (const Artifact& artifact : test.artifacts()) {
    // What cannot be written is missing, which the user sees.
    static_cast<void>(
        client::WriteFileAtomically(StrCat(path, "/", artifact.name),
                                    std::as_bytes(std::span(artifact.bytes))));
  }
}

Record RunOne(const Environment& environment, const TestInfo& info,
              const std::string& artifacts) {
  Record record;
  record.test = info.name;
  record.profile = ProfileName(info.profile);
  record.requirements = info.requirements;
  Test test(environment, info.name);
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::string>& missing = environment.plugin.missing();
  if (missing.empty() || GroupOf(info.name) == "handshake") {
    info.run(test);
  } else {
    test.Fail(__FILE__, __LINE__,
              StrCat("the plugin does not export ", missing.front()));
  }
  record.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  record.outcome = test.outcome();
  record.reason = test.reason();
  record.failures = test.failures();
  record.figures = test.figures();
  record.checks = test.checks();
  if (!Certifies(record.outcome)) KeepArtifacts(test, artifacts, info.name);
  return record;
}

struct Loaded {
  std::unique_ptr<CaseArchive> archive;
  std::unique_ptr<Environment> environment;
};

Result<Loaded> Load(const WorkOrder& order) {
  Loaded loaded;
  loaded.environment = std::make_unique<Environment>();
  if (!order.archive.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(CaseArchive archive,
                             CaseArchive::Open(order.archive));
    loaded.archive = std::make_unique<CaseArchive>(std::move(archive));
    loaded.environment->archive = loaded.archive.get();
  }
  if (!order.profile.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(loaded.environment->profile,
                             ParseVendorProfile(order.profile));
  }
  loaded.environment->backend = static_cast<size_t>(order.backend);
  loaded.environment->seed = order.seed;
  return loaded;
}

}  // namespace

std::string ToText(const WorkOrder& order) {
  return Json({{"plugin", order.plugin},
               {"archive", order.archive},
               {"backend", order.backend},
               {"seed", order.seed},
               {"profile", order.profile},
               {"artifacts", order.artifacts},
               {"key", order.key},
               {"tests", order.tests}})
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<WorkOrder> ParseOrder(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return Status(ONNXIFI_STATUS_INVALID_PROTOBUF, "no order for a worker");
  }
  WorkOrder order;
  order.plugin = json.value("plugin", "");
  order.archive = json.value("archive", "");
  order.backend = json.value("backend", uint64_t{0});
  order.seed = json.value("seed", uint64_t{0});
  order.profile = json.value("profile", "");
  order.artifacts = json.value("artifacts", "");
  order.key = json.value("key", "");
  order.tests = json.value("tests", std::vector<std::string>());
  return order;
}

// The pipe is gone when the runner is: so is the reason to go on.
void SendLine(const std::string& line) {
  const std::string text = SealLine(SealKey(), line) + "\n";
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t got =
        ::write(kResultFd, text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) ::_exit(kNoResultExit);
    done += static_cast<size_t>(got);
  }
}

int WorkerMain() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A crash is a result; a core file of each would fill the disk.
  const rlimit none = {0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::fcntl(kResultFd, F_SETFD, FD_CLOEXEC);
  const Result<WorkOrder> order = ParseOrder(TakeInput());
  if (order.ok()) SealKey() = order.value().key;
  Result<Loaded> loaded =
      order.ok() ? Load(order.value()) : Result<Loaded>(order.status());
  if (!loaded.ok()) {
    SendLine("E " + loaded.status().message());
    return 2;
  }
  Environment& environment = *loaded.value().environment;
  std::unordered_map<std::string, TestInfo> tests;
  for (TestInfo& test : AllTests(environment.archive)) {
    std::string name = test.name;
    tests.emplace(std::move(name), std::move(test));
  }
  SendLine("L");
  Result<Plugin> plugin = Plugin::Open(order.value().plugin);
  if (!plugin.ok()) {
    SendLine("E " + plugin.status().message());
    return 2;
  }
  environment.plugin = std::move(plugin.value());
  for (const std::string& name : order.value().tests) {
    const auto found = tests.find(name);
    if (found == tests.end()) continue;
    SendLine("B " + name);
    SendLine(
        ToLine(RunOne(environment, found->second, order.value().artifacts)));
  }
  // What the plugin does when a process ends is a test of its own.
  SendLine("D");
  ::_exit(0);
}

}  // namespace onnxifi::conformance
