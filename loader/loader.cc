#include "loader/loader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>

#include "base/child_process.h"
#include "base/str_cat.h"
#include "loader/last_error.h"

namespace onnxifi::loader {

namespace {

constinit std::atomic<Loader*> g_loader{nullptr};
constinit std::mutex g_start_mutex;
// Set while this thread runs plugin code under one of the loader's locks.
thread_local bool t_inside = false;

struct InsideGuard {
  InsideGuard() { t_inside = true; }
  ~InsideGuard() { t_inside = false; }
};

constexpr const char kReentered[] =
    "called by a plugin while the loader waits for it: list backends later";

std::string HelperPath(const SearchEnvironment& environment) {
  if (environment.library.empty()) return "";
  return DirName(environment.library) + "/" ONNXIFI_PROBE_FROM_LIBRARY;
}

std::string CacheDirectory(const SearchEnvironment& environment) {
  if (environment.privileged || environment.cache_home.empty() ||
      environment.cache_home.front() != '/') {
    return "";
  }
  return environment.cache_home + "/onnxifi/probe";
}

void AppendRemark(std::string* text, const std::string& remark) {
  if (remark.empty()) return;
  *text += StrCat(text->empty() ? "" : "; ", remark);
}

}  // namespace

Loader::Loader(SearchEnvironment environment)
    : environment_(std::move(environment)),
      probe_(HelperPath(environment_), environment_.probe_timeout_ms),
      cache_(CacheDirectory(environment_)) {
  if (!environment_.library.empty()) {
    UniqueFd fd;
    if (!OpenRegularFile(environment_.library, &fd, &own_identity_).ok()) {
      own_identity_ = {};
    }
  }
  const InsideGuard guard;
  for (const auto& candidate : CollectCandidates(environment_, &report_)) {
    Consider(candidate);
  }
}

onnxStatus Loader::Get(const char* function, Loader** loader) {
  *loader = g_loader.load(std::memory_order_acquire);
  if (*loader != nullptr) return ONNXIFI_STATUS_SUCCESS;
  if (t_inside || secure_getenv(kTrialVariable) != nullptr) {
    return Fail(ONNXIFI_STATUS_INTERNAL_ERROR, function, kReentered);
  }
  try {
    const std::lock_guard<std::mutex> lock(g_start_mutex);
    *loader = g_loader.load(std::memory_order_relaxed);
    if (*loader == nullptr) {
      *loader = new Loader(SearchEnvironment::FromProcess());
      g_loader.store(*loader, std::memory_order_release);
    }
    return ONNXIFI_STATUS_SUCCESS;
  } catch (...) {
    return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, function,
                "no memory to start the loader");
  }
}

Loader* Loader::IfStarted() { return g_loader.load(std::memory_order_acquire); }

void Loader::Consider(const Candidate& candidate) {
  const auto start = std::chrono::steady_clock::now();
  CandidateReport report;
  report.path = candidate.path;
  report.rule = RuleName(candidate.rule);
  report.manifest = candidate.manifest;
  FileIdentity identity;
  std::string remark;
  std::unique_ptr<Loaded> loaded = std::make_unique<Loaded>();
  report.outcome = Admit(candidate, &report, &identity);
  if (report.outcome.ok()) {
    seen_.push_back(identity);
    report.outcome = ProbeIfUnknown(report.path, identity, &remark);
  }
  if (report.outcome.ok()) {
    report.outcome = Plugin::Load(report.path, &loaded->plugin);
  }
  if (report.outcome.ok() &&
      !Intern(loaded.get(), loaded->plugin->TakeFirstIds())) {
    report.outcome = {Reason::kNoMemory, "no memory for its backends"};
  }
  if (report.outcome.ok()) {
    report.verdict = Verdict::kLoaded;
    report.backends = loaded->current.size();
    AppendRemark(&report.outcome.text, loaded->plugin->Remark());
    for (const auto& device : loaded->known) {
      if (device->interface.refusal == nullptr) continue;
      AppendRemark(&report.outcome.text, StrCat("interface 1.1 is not used: ",
                                                device->interface.refusal));
      break;
    }
    AppendRemark(&report.outcome.text, remark);
    plugins_.push_back(std::move(loaded));
  } else if (report.outcome.reason == Reason::kDisabled ||
             report.outcome.reason == Reason::kNotSelected ||
             report.outcome.reason == Reason::kDuplicate) {
    report.verdict = Verdict::kSkipped;
  }
  report.microseconds = std::chrono::duration_cast<std::chrono::microseconds>(
                            std::chrono::steady_clock::now() - start)
                            .count();
  report_.Add(std::move(report));
}

Outcome Loader::Admit(const Candidate& candidate, CandidateReport* report,
                      FileIdentity* identity) {
  if (Outcome outcome = CheckFilters(environment_, candidate.path);
      !outcome.ok()) {
    return outcome;
  }
  std::string canonical;
  if (Outcome outcome = CanonicalPath(candidate.path, &canonical);
      !outcome.ok()) {
    return outcome;
  }
  report->path = canonical;
  UniqueFd fd;
  if (Outcome outcome = OpenRegularFile(canonical, &fd, identity);
      !outcome.ok()) {
    return outcome;
  }
  if (Outcome outcome = CheckIdentity(*identity); !outcome.ok()) {
    return outcome;
  }
  return CheckElfFile(fd.get(), identity->size);
}

Outcome Loader::CheckIdentity(const FileIdentity& identity) {
  if (own_identity_.inode != 0 && identity.SameFile(own_identity_)) {
    return {Reason::kIsLoader, "is the loader itself"};
  }
  for (const FileIdentity& other : seen_) {
    if (identity.SameFile(other)) {
      return {Reason::kDuplicate, "is the same file as an earlier candidate"};
    }
  }
  if (environment_.privileged &&
      (identity.owner != 0 || identity.WritableByOthers())) {
    return {Reason::kUntrusted,
            "is not owned by root, or others may write to it"};
  }
  return {};
}

// Files of our own package, next to the loader, need no probe: it would only
// cost time at every first start.
bool Loader::IsTrusted(const std::string& path,
                       const FileIdentity& identity) const {
  constexpr uint32_t kWorldWritable = 02;
  return !environment_.library.empty() && own_identity_.inode != 0 &&
         DirName(path) == DirName(environment_.library) + "/onnxifi/plugins" &&
         identity.owner == own_identity_.owner &&
         (identity.mode & kWorldWritable) == 0;
}

Outcome Loader::ProbeIfUnknown(const std::string& path,
                               const FileIdentity& identity,
                               std::string* remark) {
  if (!environment_.probe || IsTrusted(path, identity)) return {};
  Outcome outcome;
  if (cache_.Find(path, identity, &outcome)) {
    if (!outcome.ok()) outcome.text += " (remembered from an earlier probe)";
    return outcome;
  }
  if (!probe_.available()) {
    *remark = "not probed: onnxifi-probe is not installed";
    return {};
  }
  outcome = probe_.Run(path);
  // Our own lack of memory or processes says nothing about the plugin.
  if (outcome.reason != Reason::kNoMemory) {
    cache_.Store(path, identity, outcome);
  }
  return outcome;
}

onnxStatus Loader::ListDevices(const char* function,
                               std::vector<Device*>* devices) {
  if (t_inside) {
    return Fail(ONNXIFI_STATUS_INTERNAL_ERROR, function, kReentered);
  }
  const std::lock_guard<std::mutex> lock(devices_mutex_);
  const InsideGuard guard;
  for (const auto& loaded : plugins_) {
    std::vector<onnxBackendID> ids;
    if (!loaded->plugin->ListIds(&ids).ok()) continue;
    if (!Intern(loaded.get(), ids)) {
      return Fail(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, function,
                  "no memory for backend IDs");
    }
    devices->insert(devices->end(), loaded->current.begin(),
                    loaded->current.end());
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// The loader holds one reference of each ID for ever and gives back the
// others at once. A plugin that makes new IDs at every listing, as several
// did, is recognised by knowing none of the old ones: then the position
// identifies the backend.
bool Loader::Intern(Loaded* loaded, const std::vector<onnxBackendID>& ids) {
  const auto is_known = [&](onnxBackendID id) {
    return std::any_of(loaded->known.begin(), loaded->known.end(),
                       [&](const auto& device) { return device->inner == id; });
  };
  const bool by_position = !loaded->current.empty() &&
                           std::none_of(ids.begin(), ids.end(), is_known);
  std::vector<Device*> current;
  for (size_t i = 0; i < ids.size(); ++i) {
    bool known = by_position && i < loaded->current.size();
    Device* device =
        known ? loaded->current[i] : FindOrMakeDevice(loaded, ids[i], &known);
    if (device == nullptr) return false;
    if (known) {
      try {
        (void)loaded->plugin->table().onnxReleaseBackendID(ids[i]);
      } catch (...) {  // the reference is lost in the plugin, not here
      }
    }
    current.push_back(device);
  }
  loaded->current = std::move(current);
  return true;
}

Device* Loader::FindOrMakeDevice(Loaded* loaded, onnxBackendID id,
                                 bool* known) {
  for (const auto& device : loaded->known) {
    if (device->inner == id) {
      *known = true;
      return device.get();
    }
  }
  *known = false;
  auto device = std::make_unique<Device>();
  device->plugin = loaded->plugin.get();
  device->inner = id;
  uint32_t slot = 0;
  if (!handles_.Reserve(&slot)) return nullptr;
  loaded->plugin->BindExtensions(device.get());
  device->handle = handles_.Publish(slot, HandleKind::kId,
                                    {.device = device.get(), .inner = id});
  handles_.Hide(device->handle);
  loaded->known.push_back(std::move(device));
  return loaded->known.back().get();
}

void Loader::HandOut(const std::vector<Device*>& devices, onnxBackendID* ids) {
  const std::lock_guard<std::mutex> lock(references_mutex_);
  for (size_t i = 0; i < devices.size(); ++i) {
    if (devices[i]->references++ == 0) handles_.Show(devices[i]->handle);
    ids[i] = devices[i]->handle;
  }
}

bool Loader::ReleaseId(onnxBackendID handle) {
  const std::lock_guard<std::mutex> lock(references_mutex_);
  HandleEntry entry;
  if (!handles_.Find(handle, HandleKind::kId, &entry)) return false;
  if (--entry.device->references == 0) handles_.Hide(handle);
  return true;
}

}  // namespace onnxifi::loader
