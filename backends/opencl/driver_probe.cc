#include "backends/opencl/driver_probe.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "backends/opencl/cache_file.h"
#include "backends/opencl/program_cache.h"
#include "base/child_process.h"
#include "base/log.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Compilers of drivers may need seconds for the first kernel.
constexpr int kTimeoutMs = 20000;
constexpr int64_t kRefusalSeconds = 3600;

std::string TextOf(const char* value) { return value == nullptr ? "" : value; }

std::chrono::milliseconds Timeout() {
  const std::string text =
      TextOf(secure_getenv("ONNXIFI_OPENCL_PROBE_TIMEOUT_MS"));
  int ms = kTimeoutMs;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, ms);
  if (!text.empty() &&
      (parsed.ec != std::errc() || parsed.ptr != end || ms <= 0)) {
    Log(LogLevel::kWarning, "ONNXIFI_OPENCL_PROBE_TIMEOUT_MS is '", text,
        "', not a number of milliseconds: ", kTimeoutMs, " is used");
    ms = kTimeoutMs;
  }
  return std::chrono::milliseconds(ms);
}

// The file that this code was loaded from; "" when it is not known.
std::string OwnFile() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&ProbeDrivers), &info) == 0 ||
      info.dli_fname == nullptr) {
    return "";
  }
  std::error_code error;
  const auto file = std::filesystem::absolute(info.dli_fname, error);
  return error ? "" : file.string();
}

// Helpers lie beside the folder of the plugins.
std::string HelperFile() {
  const std::filesystem::path own = OwnFile();
  if (own.empty()) return "";
  return own.parent_path().parent_path() / "helpers" / "onnxifi-opencl-probe";
}

// One line that changes with the file.
std::string IdentityOf(const std::string& path) {
  struct stat found = {};
  if (path.empty() || ::stat(path.c_str(), &found) != 0) {
    return StrCat(path, ": none\n");
  }
  return StrCat(path, ": ", found.st_dev, " ", found.st_ino, " ", found.st_size,
                " ", found.st_mtim.tv_sec, ".", found.st_mtim.tv_nsec, "\n");
}

// The files in which drivers are registered, in a fixed order.
std::vector<std::string> VendorFiles() {
  std::string folder = TextOf(secure_getenv("OCL_ICD_VENDORS"));
  if (folder.empty()) folder = "/etc/OpenCL/vendors";
  std::vector<std::string> files = {folder};
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end;
       !error && at != end; at.increment(error)) {
    files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// What the answer depends on: this library, that of OpenCL, and the files that
// name drivers.
std::string DriverIdentity() {
  const std::string library = TextOf(secure_getenv("ONNXIFI_OPENCL_LIBRARY"));
  std::string identity =
      StrCat("drivers 1\n", library, "\n",
             TextOf(secure_getenv("OCL_ICD_FILENAMES")), "\n");
  identity += IdentityOf(OwnFile());
  identity += IdentityOf(library);
  // Of all libraries that are found by name: it is written anew when one changes.
  identity += IdentityOf("/etc/ld.so.cache");
  for (const std::string& file : VendorFiles()) identity += IdentityOf(file);
  return identity;
}

int64_t NowSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// "" for drivers that did well, or why not.
std::string Ask(const std::string& helper) {
  const std::chrono::milliseconds timeout = Timeout();
  const ChildAnswer answer = AskChild(helper, OwnFile(), timeout);
  switch (answer.end) {
    case ChildAnswer::End::kAnswered:
      return "";
    case ChildAnswer::End::kCrashed:
      return StrCat("a driver for OpenCL crashes (signal ", answer.code,
                    ", tried in a child process)");
    case ChildAnswer::End::kExited:
      return StrCat("a driver for OpenCL ends the process (exit status ",
                    answer.code, ", tried in a child process)");
    case ChildAnswer::End::kLate:
      return StrCat("a driver for OpenCL does not answer within ",
                    timeout.count(), " ms (tried in a child process)");
    case ChildAnswer::End::kNotStarted:
      break;
  }
  // That says nothing about the driver.
  Log(LogLevel::kWarning, "opencl: cannot start ", helper,
      ", drivers are used untried");
  return "";
}

// An entry of the cache is "SECONDS REASON".
std::optional<std::string> Recall(const std::string& file,
                                  const std::string& key) {
  const std::optional<std::string> entry = ReadCacheFile(file, key);
  if (!entry) return std::nullopt;
  int64_t written = 0;
  const auto parsed =
      std::from_chars(entry->data(), entry->data() + entry->size(), written);
  const auto length = static_cast<size_t>(parsed.ptr - entry->data());
  if (parsed.ec != std::errc() || length == entry->size()) return std::nullopt;
  std::string reason = entry->substr(length + 1);
  const int64_t age = NowSeconds() - written;
  if (!reason.empty() && (age < 0 || age > kRefusalSeconds)) {
    return std::nullopt;
  }
  return reason;
}

Status StatusOf(const std::string& reason) {
  if (reason.empty()) return Status::Ok();
  return Status(
      ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
      StrCat(reason,
             "; update or remove it (/etc/OpenCL/vendors names the "
             "drivers), ONNXIFI_OPENCL_PROBE=0 uses it all the same"));
}

}  // namespace

Status ProbeDrivers() {
  if (TextOf(secure_getenv("ONNXIFI_OPENCL_PROBE")) == "0") return Status::Ok();
  const std::string helper = HelperFile();
  if (helper.empty() || ::access(helper.c_str(), X_OK) != 0) {
    Log(LogLevel::kInfo, "opencl: no ", helper, ", drivers are used untried");
    return Status::Ok();
  }
  const std::string folder = DefaultCacheFolder();
  const std::string key = DriverIdentity();
  const std::string file = StrCat(folder, "/drivers-", HashOf(key));
  if (!folder.empty()) {
    if (const auto known = Recall(file, key)) return StatusOf(*known);
  }
  const std::string reason = Ask(helper);
  if (!folder.empty()) {
    static_cast<void>(
        WriteCacheFile(file, key, StrCat(NowSeconds(), " ", reason)));
  }
  return StatusOf(reason);
}

}  // namespace onnxifi::opencl
